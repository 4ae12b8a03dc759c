/* compiler.h - attributes and compile-time helpers. */
#ifndef KERNEL_COMPILER_H
#define KERNEL_COMPILER_H

#define __must_check	    __attribute__((warn_unused_result))
#define __noreturn	    __attribute__((noreturn))
#define __packed	    __attribute__((packed))
#define __aligned(n)	    __attribute__((aligned(n)))
#define __printf_like(f, a) __attribute__((format(printf, f, a)))
#undef __always_inline /* host tests: the C library has its own */
#define __always_inline inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))
#define __weak		__attribute__((weak))
#define __used		__attribute__((used))
#define __section(s)	__attribute__((section(s)))
/* Marks a pointer into user memory: reach it through uaccess only. */
#define __user

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier()   __asm__ volatile("" ::: "memory")

#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)		(((n) + (d) - 1) / (d))
#define round_up(x, y)			((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1) /* y: a power of two */
#define round_down(x, y)		((x) & ~((__typeof__(x))(y) - 1))
#define min(a, b)                                  \
	({                                         \
		__typeof__(a) _min_a = (a);        \
		__typeof__(b) _min_b = (b);        \
		_min_a < _min_b ? _min_a : _min_b; \
	})
#define max(a, b)                                  \
	({                                         \
		__typeof__(a) _max_a = (a);        \
		__typeof__(b) _max_b = (b);        \
		_max_a > _max_b ? _max_a : _max_b; \
	})

#endif
