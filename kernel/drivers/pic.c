/*
 * pic.c - two 8259A in cascade, as every PC has them (Intel 8259A data sheet).
 *
 * The slave hangs on the master's line 2. The BIOS puts IRQ 0-7 on vectors 8-15,
 * which are exceptions: pic_init() moves them.
 */
#include "drivers/pic.h"
#include "i386/cpu.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/resource.h"

#define MASTER	   0x20
#define SLAVE	   0xa0
#define DATA	   1 /* mask, and initialisation words 2-4 */
#define CASCADE	   2
#define LINES	   8u
#define ICW1_INIT  0x11 /* edge triggered, cascade, ICW4 follows */
#define ICW4_8086  0x01
#define OCW2_EOI   0x60 /* specific: low bits name the line */
#define OCW3_IRR   0x0a
#define OCW3_ISR   0x0b
#define ALL_MASKED 0xff

static u8 masks[2] = {ALL_MASKED & ~(1u << CASCADE), ALL_MASKED};

static struct resource ports[] = {
	{.name = "pic1", .start = MASTER, .end = MASTER + DATA},
	{.name = "pic2", .start = SLAVE, .end = SLAVE + DATA},
};

static void init_one(u16 port, u8 vector, u8 wiring)
{
	outb(ICW1_INIT, port);
	outb(vector, port + DATA);
	outb(wiring, port + DATA);
	outb(ICW4_8086, port + DATA);
}

void pic_init(void)
{
	BUG_ON(request_resources(&ioport_resource, ports, ARRAY_SIZE(ports)) != 0);
	init_one(MASTER, IRQ_VECTOR_BASE, 1u << CASCADE);
	init_one(SLAVE, IRQ_VECTOR_BASE + LINES, CASCADE);
	outb(masks[0], MASTER + DATA);
	outb(masks[1], SLAVE + DATA);
}

void pic_unmask(unsigned int irq)
{
	masks[irq / LINES] &= (u8) ~(1u << irq % LINES);
	outb(masks[irq / LINES], (irq < LINES ? MASTER : SLAVE) + DATA);
}

static bool register_bit(unsigned int irq, u8 which)
{
	u16 port = irq < LINES ? MASTER : SLAVE;

	outb(which, port);
	return inb(port) >> irq % LINES & 1;
}

bool pic_is_real(unsigned int irq)
{
	if (irq % LINES != LINES - 1 || register_bit(irq, OCW3_ISR))
		return true;
	if (irq >= LINES) /* the master did see the slave's request */
		outb(OCW2_EOI | CASCADE, MASTER);
	return false;
}

void pic_eoi(unsigned int irq)
{
	if (irq >= LINES) {
		outb((u8)(OCW2_EOI | irq % LINES), SLAVE);
		outb(OCW2_EOI | CASCADE, MASTER);
	} else {
		outb((u8)(OCW2_EOI | irq), MASTER);
	}
}

bool pic_pending(unsigned int irq)
{
	return register_bit(irq, OCW3_IRR);
}
