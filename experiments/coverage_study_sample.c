/* SPDX-License-Identifier: GPL-3.0-or-later
 * The trials that a zip plot shows (Morris, White & Crowther 2019, Statistics in Medicine 38, figure 5):
 * evenly spaced in the order of the distance between estimate and true risk, so that the share of intervals
 * that miss is that of all trials, to the spacing. They divide by the estimated standard error, which is 0
 * where no error was seen; here it is that of the true risk.
 *
 * The order needs the frequencies of the error counts alone. Of each count as many trials are shown as it has
 * places among the sample, the first ones with that count; where no trial was kept, they are drawn again. */
#include "coverage_study.h"

#include <math.h>
#include <stdlib.h>

/* Trials that are looked at together for their counts. */
#define CHUNK 1024

/* What is still to be found for one network, [distinct count]. */
typedef struct wanted {
    size_t *slot; /* the next slot of the sample for this count */
    size_t *left; /* slots that wait for a trial */
    size_t total;
} wanted;

/* ---- Which counts ----
 */

typedef struct place {
    double distance;
    size_t count; /* its number among the distinct ones */
} place;

static int compare_places(const void *a, const void *b)
{
    const place *x = a;
    const place *y = b;
    if (x->distance != y->distance) {
        return x->distance < y->distance ? -1 : 1;
    }
    return (x->count > y->count) - (x->count < y->count);
}

/* Slot j has the trial at place (2 j + 1) n / (2 size) of the order. */
static void give_slots(study_sample *sample, wanted *want, const coverage_study *study,
                       const study_counts *counts, const place *places, double risk, uint64_t n)
{
    const double m = (double)study->test_size;
    const double deviation = sqrt(risk * (1.0 - risk) / m);
    uint64_t behind = 0; /* trials up to and with the present count */
    size_t slot = 0;
    for (size_t i = 0; i < counts->distinct; i++) {
        const size_t u = places[i].count;
        behind += counts->trials[u];
        want->slot[u] = slot;
        for (; slot < sample->size && (2 * slot + 1) * n / (2 * sample->size) < behind; slot++) {
            want->left[u]++;
            sample->count[slot] = (uint32_t)counts->value[u];
            sample->estimate[slot] = (double)counts->value[u] / m;
            sample->rank[slot] = ((double)slot + 0.5) / (double)sample->size;
            sample->distance[slot] = deviation > 0.0 ? (sample->estimate[slot] - risk) / deviation : 0.0;
        }
    }
    want->total = sample->size;
}

static bk_status choose_counts(study_sample *sample, wanted *want, const coverage_study *study,
                               const study_counts *counts, double risk, uint64_t n)
{
    want->slot = bk_allocate(counts->distinct, sizeof *want->slot);
    want->left = bk_allocate(counts->distinct, sizeof *want->left);
    place *places = bk_allocate(counts->distinct, sizeof *places);
    if (want->slot == NULL || want->left == NULL || places == NULL) {
        bk_free(places);
        return bk_error_status();
    }
    for (size_t u = 0; u < counts->distinct; u++) {
        places[u] = (place){fabs((double)counts->value[u] / (double)study->test_size - risk), u};
    }
    qsort(places, counts->distinct, sizeof *places, compare_places);
    sample->size = n < STUDY_SAMPLE ? (size_t)n : STUDY_SAMPLE;
    give_slots(sample, want, study, counts, places, risk, n);
    bk_free(places);
    return BK_OK;
}

/* ---- Which trials ----
 */

/* Error counts of trials first .. first + size - 1. */
typedef struct chunk {
    const coverage_study *study;
    const bk_trials *trials;
    uint64_t first;
    size_t size;
    unsigned char *scratch; /* [threads][stride] */
    size_t stride;
    uint64_t *counts; /* [trial of the chunk][network] */
} chunk;

static bk_status draw_again(void *context, size_t item, int thread)
{
    const chunk *work = context;
    uint64_t seed = 0;
    return study_draw(work->counts + item * work->study->networks->count, &seed, work->study,
                      work->first + item, work->scratch + (size_t)thread * work->stride);
}

static bk_status read_chunk(chunk *work)
{
    const size_t networks = work->study->networks->count;
    if (work->trials->values == NULL) {
        return bk_parallel_for(work->size, draw_again, work);
    }
    for (size_t t = 0; t < work->size; t++) {
        for (size_t i = 0; i < networks; i++) {
            work->counts[t * networks + i] = ((const uint32_t *)work->trials->values[i])[work->first + t];
        }
    }
    return BK_OK;
}

static size_t find_count(const study_counts *counts, uint64_t value)
{
    size_t low = 0;
    size_t high = counts->distinct;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (counts->value[middle] <= value) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void take_trial(study_sample *sample, wanted *want, const study_counts *counts, uint64_t value,
                       uint64_t trial)
{
    const size_t u = find_count(counts, value);
    if (want->left[u] > 0) {
        sample->trial[want->slot[u]++] = trial;
        want->left[u]--;
        want->total--;
    }
}

static bk_status find_trials(study_sample *samples, wanted *wants, const study_counts *counts, chunk *work)
{
    const size_t networks = work->study->networks->count;
    size_t waiting = networks;
    for (work->first = 0; waiting > 0 && work->first < work->trials->count; work->first += work->size) {
        const uint64_t rest = work->trials->count - work->first;
        work->size = rest < CHUNK ? (size_t)rest : CHUNK;
        BK_TRY(read_chunk(work));
        waiting = 0;
        for (size_t i = 0; i < networks; i++) {
            for (size_t t = 0; wants[i].total > 0 && t < work->size; t++) {
                take_trial(&samples[i], &wants[i], &counts[i], work->counts[t * networks + i],
                           work->first + t);
            }
            waiting += wants[i].total > 0;
        }
    }
    return BK_OK;
}

/* ---- Their intervals ----
 */

typedef struct fill {
    chunk *work;
    study_sample *sample;
    size_t network;
} fill;

/* Intervals of the methods that draw, on trial number item of the sample. */
static bk_status fill_drawn(void *context, size_t item, int thread)
{
    const fill *all = context;
    const coverage_study *study = all->work->study;
    study_sample *sample = all->sample;
    uint64_t *counts = all->work->counts + item * study->networks->count;
    uint64_t seed = 0;
    BK_TRY(study_draw(counts, &seed, study, sample->trial[item],
                      all->work->scratch + (size_t)thread * all->work->stride));
    for (size_t l = 0; l < study->n_levels; l++) {
        bk_interval intervals[BK_METHOD_COUNT];
        BK_TRY(study_intervals(intervals, study, counts[all->network], study->level[l], seed));
        for (size_t method = study->n_by_count; method < study->n_methods; method++) {
            const bk_interval *interval = &intervals[method - study->n_by_count];
            const size_t cell = (method * study->n_levels + l) * sample->size + item;
            const unsigned outcome = study_outcome(interval, &study->risk[all->network]);
            sample->low[cell] = interval->low;
            sample->high[cell] = interval->high;
            sample->status[cell] = (uint8_t)interval->status;
            sample->covers[cell] = outcome % STUDY_PLACES == STUDY_COVERS;
        }
    }
    return BK_OK;
}

static bk_status fill_sample(fill *all, const study_counts *counts)
{
    const coverage_study *study = all->work->study;
    study_sample *sample = all->sample;
    const size_t cells = study->n_methods * study->n_levels * sample->size;
    sample->low = bk_allocate(cells, sizeof *sample->low);
    sample->high = bk_allocate(cells, sizeof *sample->high);
    sample->status = bk_allocate(cells, 1);
    sample->covers = bk_allocate(cells, 1);
    if (sample->low == NULL || sample->high == NULL || sample->status == NULL || sample->covers == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < study->n_by_count * study->n_levels; row++) {
        for (size_t j = 0; j < sample->size; j++) {
            const size_t from = row * counts->distinct + find_count(counts, sample->count[j]);
            const size_t to = row * sample->size + j;
            sample->low[to] = counts->low[from];
            sample->high[to] = counts->high[from];
            sample->status[to] = counts->status[from];
            sample->covers[to] = counts->outcome[from] % STUDY_PLACES == STUDY_COVERS;
        }
    }
    return study->n_methods > study->n_by_count ? bk_parallel_for(sample->size, fill_drawn, all) : BK_OK;
}

static bk_status sample_all(study_sample *samples, wanted *wants, const study_counts *counts, chunk *work)
{
    const coverage_study *study = work->study;
    const size_t networks = study->networks->count;
    work->stride = (study_scratch_bytes(study) + 63) / 64 * 64;
    work->scratch = bk_allocate((size_t)bk_threads(), work->stride);
    work->counts = bk_allocate(CHUNK * networks, sizeof *work->counts);
    if (work->scratch == NULL || work->counts == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < networks; i++) {
        BK_TRY(choose_counts(&samples[i], &wants[i], study, &counts[i], study->risk[i].risk,
                             work->trials->count));
    }
    BK_TRY(find_trials(samples, wants, counts, work));
    for (size_t i = 0; i < networks; i++) {
        fill all = {.work = work, .sample = &samples[i], .network = i};
        BK_TRY(fill_sample(&all, &counts[i]));
    }
    return BK_OK;
}

bk_status study_sample_all(study_sample *samples, const coverage_study *study, const study_counts *counts,
                           const bk_trials *trials)
{
    const size_t networks = study->networks->count;
    chunk work = {.study = study, .trials = trials};
    wanted *wants = bk_allocate(networks, sizeof *wants);
    const bk_status status = wants == NULL ? bk_error_status() : sample_all(samples, wants, counts, &work);
    for (size_t i = 0; wants != NULL && i < networks; i++) {
        bk_free(wants[i].slot);
        bk_free(wants[i].left);
    }
    bk_free(wants);
    bk_free(work.scratch);
    bk_free(work.counts);
    return status;
}

void study_sample_clear(study_sample *sample)
{
    bk_free(sample->low);
    bk_free(sample->high);
    bk_free(sample->status);
    bk_free(sample->covers);
    *sample = (study_sample){0};
}
