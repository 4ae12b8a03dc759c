/* segv.c - a forbidden access kills the program that does it, and no other. */
#include "try.h"
#include <sys/mman.h>

int main(void);

static const char constant[] = "constant";

static void null_read(void)
{
	exit(*(volatile char *)0);
}

static void null_write(void)
{
	*(volatile char *)0 = 1;
}

static void null_call(void)
{
	((void (*)(void))0)();
}

static void kernel_read(void)
{
	exit(*(volatile char *)0xc0100000ul);
}

static void kernel_write(void)
{
	*(volatile char *)0xc0100000ul = 1;
}

static void top_read(void)
{
	exit(*(volatile char *)0xfffffffful);
}

static void write_text(void)
{
	*(volatile char *)(unsigned long)main = 0;
}

static void write_constant(void)
{
	*(volatile char *)constant = 0;
}

static void privileged(void)
{
	__asm__ volatile("cli");
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void divide(void)
{
	int result = 1;

	__asm__ volatile("cltd; idivl %1" : "+a"(result) : "r"(0) : "edx");
	exit(result);
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void aborts(void)
{
	abort();
}

int main(void)
{
	in_child("null read", null_read);
	in_child("null write", null_write);
	in_child("null call", null_call);
	in_child("kernel read", kernel_read);
	in_child("kernel write", kernel_write);
	in_child("last byte", top_read);
	in_child("write text", write_text);
	in_child("write constant", write_constant);
	in_child("privileged", privileged);
	in_child("undefined", undefined);
	in_child("divide", divide);
	in_child("breakpoint", breakpoint);
	in_child("abort", aborts);
	printf("still here\n");
	return 0;
}
