/* threads.c - four threads, each with memory of its own, and one sum under a mutex. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define NUMBERS 100000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long long total;

static void *add_up(void *first)
{
	long *numbers = malloc(NUMBERS * sizeof(*numbers));
	long long sum = 0;

	if (!numbers)
		return NULL;
	for (long i = 0; i < NUMBERS; i++)
		numbers[i] = (long)first + i;
	for (long i = 0; i < NUMBERS; i++)
		sum += numbers[i];
	free(numbers);
	pthread_mutex_lock(&lock);
	total += sum;
	pthread_mutex_unlock(&lock);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, add_up, (void *)(i * NUMBERS)))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("the sum is %lld\n", total);
	return 0;
}
