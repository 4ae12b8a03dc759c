/*
 * vga.c - the colour text screen at physical 0xb8000, two bytes a character
 * (IBM VGA technical reference). Output only: serial is the console to type on.
 */
#include "drivers/vga.h"
#include "i386/cpu.h"
#include "arch/page.h"
#include "console.h"
#include "kernel/bug.h"
#include "kernel/resource.h"
#include "kernel/string.h"
#include "mm/fixmap.h"

#define VGA_PHYS    0xb8000u
#define COLUMNS	    80u
#define ROWS	    25u
#define CELLS	    (COLUMNS * ROWS)
#define TAB	    8u
#define BLANK	    0x0720u /* space, light grey on black */
#define CRTC_INDEX  0x3d4
#define CRTC_DATA   0x3d5
#define CURSOR_HIGH 14
#define CURSOR_LOW  15

#define VGA_PORTS     0x3c0
#define VGA_PORTS_END 0x3df

static struct resource ports = {.name = "vga+", .start = VGA_PORTS, .end = VGA_PORTS_END};
static u16 *screen;
static unsigned int cursor; /* cell that the next character gets */

static void blank(unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		screen[from] = BLANK;
}

static void scroll(void)
{
	memmove(screen, screen + COLUMNS, (CELLS - COLUMNS) * sizeof(*screen));
	blank(CELLS - COLUMNS, CELLS);
	cursor -= COLUMNS;
}

static void put(char c)
{
	switch (c) {
	case '\n':
		cursor += COLUMNS - cursor % COLUMNS;
		break;
	case '\r':
		cursor -= cursor % COLUMNS;
		break;
	case '\b':
		if (cursor % COLUMNS)
			cursor--;
		break;
	case '\t':
		cursor += TAB - cursor % TAB;
		break;
	default:
		if ((u8)c >= ' ')
			screen[cursor++] = (u16)((BLANK & 0xff00u) | (u8)c);
	}
	if (cursor >= CELLS)
		scroll();
}

static void vga_write(const char *buf, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		put(buf[i]);
	outb(CURSOR_HIGH, CRTC_INDEX);
	outb((u8)(cursor >> 8), CRTC_DATA);
	outb(CURSOR_LOW, CRTC_INDEX);
	outb((u8)cursor, CRTC_DATA);
}

static struct console vga_console = {.name = "tty0", .write = vga_write};

void vga_init(void)
{
	BUG_ON(request_resource(&ioport_resource, &ports) != 0);
	screen = __va(VGA_PHYS);
	cursor = 0;
	blank(0, CELLS);
	console_register(&vga_console);
}

void vga_remap(void)
{
	set_fixmap(FIX_VGA, PFN_DOWN(VGA_PHYS), PAGE_KERNEL_NOCACHE);
	screen = (u16 *)fix_to_virt(FIX_VGA);
}
