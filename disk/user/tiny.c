/*
 * tiny.c - the smallest program there is, without a C library: what bench.c
 * executes to time fork + execve.
 */
void _start(void);

void _start(void)
{
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0)); /* exit(0) */
	__builtin_unreachable();
}
