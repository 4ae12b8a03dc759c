/*
 * serial.c - COM1, a 16550A UART (National Semiconductor PC16550D data sheet).
 *
 * A byte takes 87 us on the wire, thousands of instructions. So writers only
 * fill a ring; the transmitter's "empty" interrupt moves it on, 16 bytes (the
 * chip's FIFO) at a time. A writer that may sleep waits for room in the ring
 * first; only one that may not and meets a full ring polls. Before
 * the interrupt is there, and at the machine's end, the status register is
 * polled instead. A port that never becomes ready is given up: no wait is
 * without a bound.
 *
 *   write() -> ring -> [transmitter empty: IRQ 4 or poll] -> FIFO -> wire
 */
#include "drivers/serial.h"
#include "i386/cpu.h"
#include "arch/irq.h"
#include "i386/trap.h"
#include "console.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/resource.h"
#include "kernel/time.h"
#include "kernel/wait.h"

#define COM1	 0x3f8
#define COM1_IRQ 4

/* Registers, from the base port. */
#define UART_DATA 0 /* divisor low byte while LCR_DLAB */
#define UART_IER  1 /* divisor high byte while LCR_DLAB */
#define UART_IIR  2 /* read */
#define UART_FCR  2 /* write */
#define UART_LCR  3
#define UART_MCR  4
#define UART_LSR  5

#define IER_RX	      0x01
#define IER_TX	      0x02
#define FCR_ENABLE    0x07 /* FIFOs on and emptied; receive interrupt at 1 byte */
#define LCR_8N1	      0x03
#define LCR_DLAB      0x80
#define MCR_DTR_RTS   0x03
#define MCR_OUT2      0x08 /* connects the interrupt line */
#define LSR_DATA      0x01
#define LSR_TX_EMPTY  0x20 /* FIFO empty: takes FIFO_SIZE bytes */
#define LSR_ALL_SENT  0x40
#define LSR_NO_DEVICE 0xff

#define FIFO_SIZE 16
#define RING_SIZE 16384u    /* a power of two; what waits, a piece, and CRs in it */
#define POLL_MAX  10000000u /* about 10 s at 1 us a port read; 16 bytes need 1.4 ms */

_Static_assert(RING_SIZE >= 3 * CONSOLE_PIECE, "no room for a piece all of line ends");

static struct resource ports = {.name = "serial", .start = COM1, .end = COM1 + 7};

static u8 ring[RING_SIZE];
static unsigned int ring_in, ring_out; /* free-running; irqs off */
static bool present, irq_mode;
static void (*receiver)(char c);
static DECLARE_WAIT_QUEUE_HEAD(draining); /* writers that wait for the ring to empty */

/* Moves up to a FIFO of bytes if the chip has room. Interrupts off. */
static void transmit(void)
{
	unsigned int n;

	if (!(inb(COM1 + UART_LSR) & LSR_TX_EMPTY))
		return;
	for (n = 0; n < FIFO_SIZE && ring_out != ring_in; n++)
		outb(ring[ring_out++ % RING_SIZE], COM1 + UART_DATA);
}

/* Waits until the chip wants bytes, then gives it some. False when it never does. */
static bool transmit_wait(void)
{
	unsigned int polls;

	for (polls = 0; polls < POLL_MAX; polls++) {
		if (inb(COM1 + UART_LSR) & LSR_TX_EMPTY) {
			transmit();
			return true;
		}
	}
	present = false;
	return false;
}

static void serial_write(const char *buf, size_t n)
{
	unsigned long flags = local_irq_save();
	bool idle = ring_in == ring_out;
	size_t i;

	for (i = 0; i < n && present; i++) {
		while (ring_in - ring_out == RING_SIZE && transmit_wait())
			;
		ring[ring_in++ % RING_SIZE] = (u8)buf[i];
	}
	if (present && (idle || !irq_mode))
		transmit();
	if (present && irq_mode && idle)
		outb(IER_RX | IER_TX, COM1 + UART_IER);
	local_irq_restore(flags);
}

/* A second of line time would do for a whole ring; a dead line must not hold anybody. */
#define DRAIN_TICKS (5 * HZ)

static void serial_wait(unsigned int unsent)
{
	if (present && irq_mode && ring_in - ring_out > unsent)
		wait_event_timeout(draining, ring_in - ring_out <= unsent, DRAIN_TICKS);
}

static struct console serial_console = {
	.name = "ttyS0", .write = serial_write, .wait = serial_wait};

/* Everything that the chip wants, seen from its status: no trust in the interrupt's reason. */
static void serial_interrupt(unsigned int irq, struct pt_regs *regs)
{
	unsigned int n;
	char c;

	(void)irq;
	(void)regs;
	(void)inb(COM1 + UART_IIR); /* acknowledges "transmitter empty" */
	for (n = 0; n < FIFO_SIZE && (inb(COM1 + UART_LSR) & LSR_DATA); n++) {
		c = (char)inb(COM1 + UART_DATA);
		if (receiver)
			receiver(c);
	}
	transmit();
	if (ring_in - ring_out <= CONSOLE_PIECE)
		wake_up_all(&draining);
	/* The PIC waits for an edge: what has come meanwhile, and stayed, makes one by this. */
	outb(0, COM1 + UART_IER);
	outb(ring_in == ring_out ? IER_RX : IER_RX | IER_TX, COM1 + UART_IER);
}

void serial_set_receiver(void (*rx)(char c))
{
	receiver = rx;
}

void serial_init(void)
{
	if (inb(COM1 + UART_LSR) == LSR_NO_DEVICE)
		return;
	BUG_ON(request_resource(&ioport_resource, &ports) != 0);
	outb(0, COM1 + UART_IER);
	outb(LCR_DLAB, COM1 + UART_LCR);
	outb(1, COM1 + UART_DATA); /* divisor 1: 115200 baud */
	outb(0, COM1 + UART_IER);
	outb(LCR_8N1, COM1 + UART_LCR);
	outb(FCR_ENABLE, COM1 + UART_FCR);
	outb(MCR_DTR_RTS | MCR_OUT2, COM1 + UART_MCR);
	present = true;
	console_register(&serial_console);
}

void serial_irq_init(void)
{
	unsigned long flags;

	if (!present || request_irq(COM1_IRQ, serial_interrupt, "serial") != 0)
		return;
	flags = local_irq_save();
	irq_mode = true;
	outb(IER_RX | IER_TX, COM1 + UART_IER);
	local_irq_restore(flags);
}

void serial_flush(void)
{
	unsigned long flags = local_irq_save();
	unsigned int polls;

	while (present && ring_in != ring_out)
		transmit_wait();
	for (polls = 0; present && polls < POLL_MAX; polls++) {
		if (inb(COM1 + UART_LSR) & LSR_ALL_SENT)
			break;
	}
	local_irq_restore(flags);
}
