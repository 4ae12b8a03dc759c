/*
 * crash.c - crash=KIND on the command line breaks the kernel on purpose: the
 * negative controls of the test runner, which must notice each of them.
 */
#include "crash.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "arch/sections.h"

#define KIND_MAX 16

static void crash_panic(void)
{
	panic("asked for by crash=panic");
}

static void crash_hang(void)
{
	for (;;)
		barrier();
}

/* With an empty IDT the breakpoint, and the faults that follow, find no handler: the CPU resets. */
static void crash_triple(void)
{
	const struct {
		u16 limit;
		u32 base;
	} __packed idtr = {0, 0};

	__asm__ volatile("lidt %0\n\tint3" : : "m"(idtr));
}

static void crash_bug(void)
{
	const bool asked_for = true;

	BUG_ON(asked_for);
}

static void crash_null(void)
{
	volatile u32 *volatile nowhere = NULL;

	*nowhere = 1;
}

/* Kernel text is mapped read-only. */
static void crash_text(void)
{
	*(volatile u8 *)_text = 0;
}

static void crash_warn(void)
{
	const bool asked_for = true;

	WARN_ON(asked_for);
}

/* Endless recursion that the compiler cannot turn into a loop. */
static __noinline u32 crash_stack(u32 depth)
{
	volatile u32 frame[16];

	frame[depth % ARRAY_SIZE(frame)] = depth;
	return depth == ~0u ? 0 : crash_stack(depth + 1) + frame[depth % ARRAY_SIZE(frame)];
}

static const struct {
	const char *kind;
	void (*run)(void);
} crashes[] = {
	{"panic", crash_panic}, {"hang", crash_hang}, {"triple", crash_triple}, {"bug", crash_bug},
	{"null", crash_null},	{"text", crash_text}, {"warn", crash_warn},
};

void crash_boot_thread(void)
{
	char kind[KIND_MAX];

	if (cmdline_get("crash", kind, sizeof(kind)) && strcmp(kind, "stack") == 0)
		crash_stack(0);
}

void crash_after_selftest(void)
{
	char kind[KIND_MAX];
	unsigned int i;

	if (!cmdline_get("crash", kind, sizeof(kind)))
		return;
	for (i = 0; i < ARRAY_SIZE(crashes); i++) {
		if (strcmp(kind, crashes[i].kind) == 0) {
			crashes[i].run();
			return;
		}
	}
	panic("crash=%s: no such kind", kind);
}
