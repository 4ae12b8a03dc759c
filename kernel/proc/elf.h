/* elf.h - the parts of the ELF format that loading a program needs (System V gABI, i386 psABI). */
#ifndef PROC_ELF_H
#define PROC_ELF_H

#include "kernel/types.h"

#define ELF_MAGIC      "\177ELF"
#define ELF_MAGIC_SIZE 4
#define EI_CLASS       4
#define EI_DATA	       5
#define EI_NIDENT      16
#define ELFCLASS32     1
#define ELFDATA2LSB    1
#define ET_EXEC	       2
#define ET_DYN	       3
#define EM_386	       3

struct elf32_ehdr {
	u8 ident[EI_NIDENT];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf32_ehdr) == 52, "ELF header layout");

#define PT_LOAD	  1
#define PT_INTERP 3
#define PF_X	  1u
#define PF_W	  2u
#define PF_R	  4u

struct elf32_phdr {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf32_phdr) == 32, "program header layout");

#endif
