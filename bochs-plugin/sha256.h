/* sha256.h - SHA-256 (FIPS 180-4). */
#ifndef TLBTRACE_SHA256_H
#define TLBTRACE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t state[8];
	uint64_t bytes;
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t len);

/* sha256_final - writes the digest as 64 hex digits and a NUL. The state is used up. */
void sha256_final(struct sha256 *s, char hex[65]);

#endif
