/*
 * sha256.c - SHA-256 (FIPS 180-4).
 *
 * The writer thread digests every byte of the recording, so speed counts:
 * processors with the SHA extensions (checked at run time) use them, others the
 * plain rounds. Both are tested against each other.
 */
#include "sha256.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

/* First 32 bits of the fractions of the cube roots of the first 64 primes (4.2.2). */
static const uint32_t round_constant[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t ror(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static uint32_t big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void schedule(uint32_t w[64], const unsigned char *block)
{
	uint32_t s0, s1;
	int i;

	for (i = 0; i < 16; i++)
		w[i] = big_endian(block + 4 * i);
	for (; i < 64; i++) {
		s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
		s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (~x & z);
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

/* One round on v, whose first word stands at place -i: words stay, names move. */
static inline void one_round(uint32_t v[8], unsigned int i, uint32_t kw)
{
	uint32_t *d = &v[(3 - i) & 7], *h = &v[(7 - i) & 7];
	uint32_t a = v[-i & 7], e = v[(4 - i) & 7];

	*h += (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + choose(e, v[(5 - i) & 7], v[(6 - i) & 7]) +
	      kw;
	*d += *h;
	*h += (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + majority(a, v[(1 - i) & 7], v[(2 - i) & 7]);
}

static void compress(uint32_t state[8], const unsigned char *data, size_t blocks)
{
	uint32_t w[64], v[8];
	unsigned int i, j;

	for (; blocks--; data += 64) {
		schedule(w, data);
		memcpy(v, state, sizeof(v));
		for (i = 0; i < 64; i += 8) {
#pragma GCC unroll 8
			for (j = 0; j < 8; j++)
				one_round(v, j, round_constant[i + j] + w[i + j]);
		}
		for (i = 0; i < 8; i++)
			state[i] += v[i];
	}
}

#if defined(__x86_64__)

/*
 * The SHA instructions keep the state as {a,b,e,f} and {c,d,g,h}, high word
 * first, and do two rounds each (Intel SDM volume 2, SHA256RNDS2).
 */
__attribute__((target("sha,sse4.1,ssse3"))) static void
compress_fast(uint32_t state[8], const unsigned char *data, size_t blocks)
{
	const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
	__m128i abef, cdgh, abef_was, cdgh_was, k, w[4];
	int i;

	abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
	cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
	for (; blocks--; data += 64) {
		abef_was = abef;
		cdgh_was = cdgh;
		for (i = 0; i < 16; i++) {
			if (i < 4) {
				w[i] = _mm_loadu_si128((const __m128i *)data + i);
				w[i] = _mm_shuffle_epi8(w[i], swap);
			} else { /* w[t-16..] + s0(w[t-15..]) + w[t-7..], then s1 of the newest */
				k = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
				k = _mm_add_epi32(
					k, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
				w[i & 3] = _mm_sha256msg2_epu32(k, w[(i + 3) & 3]);
			}
			k = _mm_load_si128((const __m128i *)round_constant + i);
			k = _mm_add_epi32(k, w[i & 3]);
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_srli_si128(k, 8));
		}
		abef = _mm_add_epi32(abef, abef_was);
		cdgh = _mm_add_epi32(cdgh, cdgh_was);
	}
	state[0] = (uint32_t)_mm_extract_epi32(abef, 3);
	state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
	state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
	state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
	state[4] = (uint32_t)_mm_extract_epi32(abef, 1);
	state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
	state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
	state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

static int have_fast(void)
{
	unsigned int a, b, c, d;

	/* CPUID 7.EBX bit 29: SHA; 1.ECX bits 9 and 19: SSSE3, SSE4.1 */
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & 1u << 29))
		return 0;
	return __get_cpuid(1, &a, &b, &c, &d) && (c & 1u << 9) && (c & 1u << 19);
}

#else

static void compress_fast(uint32_t state[8], const unsigned char *data, size_t blocks)
{
	compress(state, data, blocks);
}

static int have_fast(void)
{
	return 0;
}

#endif

static void digest(uint32_t state[8], const void *data, size_t blocks)
{
	static int fast = -1;

	if (fast < 0)
		fast = have_fast();
	if (fast)
		compress_fast(state, data, blocks);
	else
		compress(state, data, blocks);
}

void sha256_init(struct sha256 *s)
{
	/* The same of the square roots of the first 8 primes (5.3.3). */
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(s->state, start, sizeof(start));
	s->bytes = 0;
}

void sha256_update(struct sha256 *s, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t have = s->bytes % 64;
	size_t take;

	s->bytes += len;
	if (have) {
		take = len < 64 - have ? len : 64 - have;
		memcpy(s->block + have, p, take);
		if (have + take < 64)
			return;
		digest(s->state, s->block, 1);
		p += take;
		len -= take;
	}
	digest(s->state, p, len / 64);
	if (len % 64)
		memcpy(s->block, p + len / 64 * 64, len % 64);
}

void sha256_final(struct sha256 *s, char hex[65])
{
	static const char digit[] = "0123456789abcdef";
	unsigned char tail[72] = {0x80};
	uint64_t bits = s->bytes * 8;
	size_t pad = 64 - (s->bytes + 8) % 64;
	int i;

	for (i = 0; i < 8; i++)
		tail[pad + i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_update(s, tail, pad + 8);
	for (i = 0; i < 64; i++)
		hex[i] = digit[s->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	hex[64] = 0;
}
