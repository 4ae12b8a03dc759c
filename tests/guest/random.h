/* random.h - numbers that a seed decides, the same on every machine. */
#ifndef TESTS_GUEST_RANDOM_H
#define TESTS_GUEST_RANDOM_H

static unsigned int random_state;

static inline void random_seed(unsigned int seed)
{
	random_state = seed * 2654435761u + 1;
}

/* A number below n (n > 0): xorshift, its high half. */
static inline unsigned int below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	if (!random_state)
		random_state = 1;
	return (unsigned int)((unsigned long long)random_state * n >> 32);
}

static inline unsigned int one_in(unsigned int n)
{
	return below(n) == 0;
}

#endif
