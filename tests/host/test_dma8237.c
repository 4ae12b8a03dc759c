/*
 * test_dma8237.c - the 8237A driver against a model of the registers: what it
 * programs, at each edge of what the address lines can do, and what is left of a transfer.
 */
#include "drivers/dma8237.h"
#include "isa_machine.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "machine.h"
#include "test.h"

static void boot_once(void)
{
	static bool booted;
	unsigned int i;

	if (booted)
		return;
	booted = true;
	host_memory_init(HOST_RAM_BYTES);
	isa_dma[0].high_byte = isa_dma[1].high_byte = true; /* the BIOS left it so */
	dma_init();
	for (i = 0; i < DMA_CHANNELS; i++)
		CHECK_EQ(request_dma(i, "test"), i == DMA_CASCADE ? -EINVAL : 0);
}

static struct isa_channel *registers(unsigned int channel)
{
	return &isa_dma[channel / 4].channel[channel % 4];
}

static void test_init(void)
{
	unsigned int i;

	boot_once();
	CHECK(isa_dma[0].cleared && isa_dma[1].cleared);
	for (i = 0; i < DMA_CHANNELS; i++)
		CHECK_EQ(registers(i)->masked, i != DMA_CASCADE);
	CHECK_EQ(registers(DMA_CASCADE)->mode, 0xc0);
}

/* Every channel: its own registers, the neighbours' untouched, whatever the byte pointer was. */
static void test_programming(void)
{
	struct isa_channel before[DMA_CHANNELS];
	unsigned int i, other;

	boot_once();
	for (i = 0; i < DMA_CHANNELS; i++) {
		unsigned int shift = i / 4;

		if (i == DMA_CASCADE)
			continue;
		for (other = 0; other < DMA_CHANNELS; other++)
			before[other] = *registers(other);
		isa_dma[i / 4].high_byte = true;
		CHECK_EQ(dma_setup(i, 0xabc468, 0x2468, i & 1 ? DMA_TO_DEVICE : DMA_FROM_DEVICE),
			 0);
		CHECK_EQ(isa_dma_address(i), 0xabc468);
		CHECK_EQ(registers(i)->count, (0x2468 >> shift) - 1);
		CHECK_EQ(registers(i)->mode, i & 1 ? 0x48 : 0x44); /* single transfers, upwards */
		CHECK(!registers(i)->masked && !isa_dma[i / 4].high_byte);
		for (other = 0; other < DMA_CHANNELS; other++)
			CHECK(other == i ||
			      memcmp(&before[other], registers(other), sizeof(before[other])) == 0);
		dma_stop(i);
		CHECK(registers(i)->masked);
	}
}

/* Does counting as the chip counts pass over just these bytes? */
static bool chip_can(unsigned int channel, u64 phys, u64 bytes)
{
	u64 unit = channel < 4 ? 1 : 2, page = phys & ~(unit * 0x10000 - 1), i;

	if (bytes == 0 || bytes % unit || phys % unit || phys >> 24 || bytes / unit > 0x10000)
		return false;
	for (i = 0; i < bytes; i += unit) {
		if ((page | ((phys + i) & (unit * 0x10000 - 1))) != phys + i)
			return false;
	}
	return true;
}

static void check_edge(unsigned int channel, u64 phys, u64 bytes)
{
	struct isa_channel before = *registers(channel);
	bool can = chip_can(channel, phys, bytes);
	int got;

	if (phys >> 32 || bytes >> 32)
		return;
	got = dma_setup(channel, (phys_addr_t)phys, (size_t)bytes, DMA_FROM_DEVICE);
	if (got != (can ? 0 : -EINVAL))
		test_fail(__FILE__, __LINE__, "channel %u, %llx, %llx bytes: %d", channel, phys,
			  bytes, got);
	if (can) {
		CHECK_EQ(isa_dma_address(channel), phys);
		CHECK_EQ(dma_residue(channel), bytes);
		dma_stop(channel);
	} else {
		CHECK(memcmp(&before, registers(channel), sizeof(before)) == 0);
	}
}

static void test_edges(void)
{
	static const u64 bases[] = {0,	      0x10000,	 0x20000,   0x30000,	0xff0000,
				    0xfe0000, 0x1000000, 0x1010000, 0x80000000, 0x100000000};
	static const u64 sizes[] = {0,	     1,	      2,       3,	512,
				    0xffff,  0x10000, 0x10001, 0x10002, 0x1fffe,
				    0x1ffff, 0x20000, 0x20001, 0x20002, 0xffffffff};
	unsigned int b, s;
	int off;

	boot_once();
	for (b = 0; b < ARRAY_SIZE(bases); b++) {
		for (s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (off = -3; off <= 3; off++) {
				if (bases[b] + (u64)(s64)off > bases[b] + 3)
					continue; /* below 0 */
				check_edge(2, bases[b] + (u64)(s64)off, sizes[s]);
				check_edge(5, bases[b] + (u64)(s64)off, sizes[s]);
				check_edge(2, bases[b] + (u64)(s64)off - sizes[s], sizes[s]);
			}
		}
	}
}

/* Transfers that stop anywhere: bytes land where they should, and the rest is told right. */
static int one_input(const u8 *data, size_t n)
{
	static u8 sent[0x20000];
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		static const u8 channels[] = {0, 1, 2, 3, 5, 6, 7};
		unsigned int channel = channels[input_below(&in, ARRAY_SIZE(channels))];
		u32 unit = channel < 4 ? 1 : 2, phys = input_below(&in, 0x1000000) & ~(unit - 1);
		u32 room = unit * 0x10000 - phys % (unit * 0x10000);
		u32 bytes = (input_u8(&in) & 3 ? input_below(&in, room) : room) & ~(unit - 1), move;
		u32 i;

		if (bytes == 0)
			continue;
		CHECK_EQ(dma_setup(channel, phys, bytes, DMA_FROM_DEVICE), 0);
		move = input_u8(&in) & 1 ? bytes : input_below(&in, bytes + 1) & ~(unit - 1);
		memset(sent, input_u8(&in), move);
		CHECK_EQ(isa_dma_from_device(channel, sent, move), move);
		CHECK_EQ(dma_residue(channel), bytes - move);
		CHECK_EQ(dma_residue(channel), bytes - move); /* asking changes nothing */
		for (i = 0; i < move; i += i + 1 < move && i > 4 ? 61 : 1)
			CHECK_EQ(host_frame((phys + i) >> 12)[(phys + i) % 4096], sent[i]);
		CHECK_EQ(isa_dma_from_device(channel, sent, unit), move < bytes ? unit : 0);
		dma_stop(channel);
		CHECK_EQ(isa_dma_from_device(channel, sent, unit), 0);
	}
	return 0;
}

static void test_transfers(void)
{
	boot_once();
	check_property(one_input, 200);
}

static void test_owners(void)
{
	boot_once();
	CHECK_EQ(request_dma(3, "other"), -EBUSY);
	CHECK_EQ(request_dma(DMA_CHANNELS, "other"), -EINVAL);
	CHECK_EQ(dma_setup(3, 0, 512, DMA_FROM_DEVICE), 0);
	free_dma(3);
	CHECK(registers(3)->masked);
	CHECK_EQ(dma_setup(3, 0, 512, DMA_FROM_DEVICE), -EINVAL);
	CHECK_EQ(dma_setup(DMA_CASCADE, 0, 512, DMA_FROM_DEVICE), -EINVAL);
	CHECK_EQ(dma_setup(99, 0, 512, DMA_FROM_DEVICE), -EINVAL);
	CHECK_PANICS("BUG", free_dma(3));
	CHECK_PANICS("BUG", dma_stop(3));
	CHECK_PANICS("BUG", dma_residue(99));
	CHECK_EQ(request_dma(3, "other"), 0);
	host_context_is_clean();
}

static const struct test tests[] = {
	{"start", test_init},	    {"programming", test_programming},
	{"every edge", test_edges}, {"transfers", test_transfers},
	{"owners", test_owners},
};

TEST_MAIN(tests)
