/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which networks of a run have their labels looked up in a decision map. Maps change the speed of trials and
 * no number of the file. */
#include "lab_parts.h"

#include <string.h>

/* The box of a map: the means of the ground truth, with 5.5 standard deviations (0.2236 each) around them.
 * One point in ten million is outside; it goes through the network. */
#define AROUND 1.23

static bk_decision_map *map_of(const bk_network *network)
{
    const bk_mixture *truth = &bk_mixture_lab;
    double low[2] = {truth->means[0], truth->means[1]}, high[2] = {truth->means[0], truth->means[1]};
    for (size_t k = 0; k < 2 * truth->components; k++) {
        for (size_t i = 0; i < 2; i++) {
            const double mean = truth->means[2 * k + i];
            low[i] = mean < low[i] ? mean : low[i];
            high[i] = mean > high[i] ? mean : high[i];
        }
    }
    for (size_t i = 0; i < 2; i++) {
        low[i] -= AROUND;
        high[i] += AROUND;
    }
    return bk_decision_map_create(network, low, high, NULL);
}

bk_decision_map **lab_maps_create(const bk_options *options, const lab_networks *networks)
{
    const char *evaluation = bk_option_text(options, "evaluation");
    const double points =
        (double)bk_option_integer(options, "trials") * (double)bk_option_integer(options, "test-size");
    bk_decision_map **maps = bk_allocate(networks->count, sizeof *maps);
    for (size_t i = 0; maps != NULL && i < networks->count; i++) {
        if (strcmp(evaluation, "map") == 0 ||
            (strcmp(evaluation, "auto") == 0 && bk_decision_map_pays(networks->network[i], points))) {
            maps[i] = map_of(networks->network[i]);
            if (maps[i] == NULL) {
                (void)bk_fail_within("decision map of %s", networks->name[i]);
                lab_maps_destroy(maps, networks->count);
                return NULL;
            }
        }
    }
    return maps;
}

void lab_maps_destroy(bk_decision_map **maps, size_t count)
{
    for (size_t i = 0; maps != NULL && i < count; i++) {
        bk_decision_map_destroy(maps[i]);
    }
    bk_free((void *)maps);
}
