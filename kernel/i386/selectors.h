/* selectors.h - places in the GDT: Linux i386's, as programs may look at them. Also for .S files.
 */
#ifndef I386_SELECTORS_H
#define I386_SELECTORS_H

#define GDT_TLS_INDEX	 6 /* 6, 7, 8: set_thread_area() */
#define GDT_KERNEL_CS	 12
#define GDT_KERNEL_DS	 13
#define GDT_USER_CS	 14
#define GDT_USER_DS	 15
#define GDT_TSS		 16
#define GDT_DOUBLE_FAULT 31
#define GDT_ENTRIES	 32

#define KERNEL_CS	 0x60 /* index * 8 + privilege level */
#define KERNEL_DS	 0x68
#define USER_CS		 0x73
#define USER_DS		 0x7b
#define TSS_SELECTOR	 0x80
#define DOUBLE_FAULT_TSS 0xf8

#endif
