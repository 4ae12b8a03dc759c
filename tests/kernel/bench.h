/* bench.h - figures of the kernel's own operations, for `make bench`. */
#ifndef TESTS_KERNEL_BENCH_H
#define TESTS_KERNEL_BENCH_H

/* With `bench` on the command line: does each operation between marks. May sleep. */
void bench_if_asked(void);

#endif
