/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lemire's bounded integers with rejection (2019), for words of any width: the library uses 64 bits, a
 * test tries every word of 8.
 *
 * word * bound has the value in its high half. Each value owns floor or ceil(2^bits / bound) words; those
 * whose low half is below 2^bits mod bound are the surplus and are drawn again. Every operation casts back
 * to the word: 0 - bound of a narrow word would be a negative int.
 */
#ifndef BRISK_RNG_BOUNDED_H
#define BRISK_RNG_BOUNDED_H

#define BK_DEFINE_BOUNDED(name, word, wide, bits, context_type, next)     \
    static inline word name(context_type *context, word bound)            \
    {                                                                     \
        wide product = (wide)((wide)next(context) * bound);               \
        if ((word)product < bound) {                                      \
            const word surplus = (word)((word)((word)0 - bound) % bound); \
            while ((word)product < surplus) {                             \
                product = (wide)((wide)next(context) * bound);            \
            }                                                             \
        }                                                                 \
        return (word)(product >> (bits));                                 \
    }

#endif
