/* test_bitmap.c - bit searches against a byte for each bit. */
#include "kernel/bitops.h"
#include "test.h"

#define BITS 300

static unsigned long map[BITS_TO_LONGS(BITS)];
static bool model[BITS];

static unsigned long model_next(unsigned long size, unsigned long start, bool wanted)
{
	while (start < size && model[start] != wanted)
		start++;
	return start < size ? start : size;
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		unsigned long bit = input_below(&in, BITS), size = input_below(&in, BITS + 1);
		unsigned long weight = 0;
		bool old = model[bit];

		switch (input_below(&in, 4)) {
		case 0:
			__set_bit(bit, map);
			break;
		case 1:
			set_bit(bit, map);
			break;
		case 2:
			CHECK_EQ(test_and_set_bit(bit, map), old);
			break;
		case 3:
			input_u8(&in) & 1 ? __clear_bit(bit, map) : clear_bit(bit, map);
			model[bit] = false;
			goto changed;
		}
		model[bit] = true;
	changed:
		CHECK_EQ(test_bit(bit, map), model[bit]);
		CHECK_EQ(find_next_bit(map, size, bit), model_next(size, bit, true));
		CHECK_EQ(find_next_zero_bit(map, size, bit), model_next(size, bit, false));
		for (unsigned long i = 0; i < size; i++)
			weight += model[i];
		CHECK_EQ(bitmap_weight(map, size), weight);
	}
	return 0;
}

static void test_bitmap(void)
{
	check_property(one_input, 2000);
}

static void test_words(void)
{
	CHECK_EQ(__ffs(0x80000000ul), 31);
	CHECK_EQ(__fls(1), 0);
	CHECK_EQ(__fls(0xfffffffful), 31);
	for (unsigned long n = 1; n < 5000; n++) {
		unsigned int order = order_base_2(n);

		CHECK((1ul << order) >= n && (order == 0 || (1ul << (order - 1)) < n));
		CHECK_EQ(is_power_of_2(n), (1ul << order) == n);
	}
	CHECK(!is_power_of_2(0));
	CHECK_EQ(order_base_2(0x80000000ul), 31);
}

static const struct test tests[] = {
	{"searches and weight agree with an array", test_bitmap},
	{"first and last bit, orders", test_words},
};
TEST_MAIN(tests)
