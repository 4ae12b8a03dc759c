/*
 * boot.c - starts a Linux kernel that is unpacked already.
 *
 * A kernel file of Linux unpacks itself, which takes 2.8 G of the emulated processor's
 * instructions. So this machine unpacks it, once (setup/linux.sh), and puts the result behind these
 * few lines as one ELF file that any Multiboot 1 loader takes:
 *
 *   1 MiB     this, and the setup header of Linux's file (vmlinux.S)
 *   16 MiB    Linux, where it was linked to run
 *   behind    the module that the loader brings: the initramfs
 *
 * What Linux's own first part would have found out by the BIOS comes from the loader's information.
 * Numbers of the structure `boot_params` are those of Linux's Documentation/x86/boot.rst and
 * zero-page.rst, protocol 2.10 and later.
 */
#define SETUP_HEADER  0x1f1u
#define HEADER_LENGTH 0x201u /* byte: how long the header is, counted from the next one */
#define E820_COUNT    0x1e8u
#define E820_TABLE    0x2d0u
#define E820_MAX      128u
#define LOADER_TYPE   0x210u
#define LOADER_OTHER  0xffu
#define RAMDISK_START 0x218u
#define RAMDISK_SIZE  0x21cu
#define COMMAND_LINE  0x228u

#define INFO_COMMAND_LINE (1u << 2)
#define INFO_MODULES	  (1u << 3)
#define INFO_MEMORY_MAP	  (1u << 6)

/* What a Multiboot loader leaves. */
struct boot_info {
	unsigned int flags, mem_lower, mem_upper, boot_device, command_line, mods_count, mods_addr,
		symbols[4], mmap_length, mmap_addr;
};

struct module {
	unsigned int start, end, string, reserved;
};

extern const unsigned char linux_setup[];
unsigned char boot_params[4096] __attribute__((aligned(4096)));

/* boot_prepare - fills boot_params from what the loader says at physical address @info. */
void boot_prepare(const struct boot_info *info);

static void put(unsigned int at, unsigned int value)
{
	*(unsigned int *)(boot_params + at) = value;
}

/* An entry of the map has its own size before it; both maps have start, length and type behind. */
static void copy_memory_map(const struct boot_info *info)
{
	unsigned int from = info->mmap_addr, end = from + info->mmap_length, count, i;

	for (count = 0; from < end && count < E820_MAX; count++) {
		for (i = 0; i < 5; i++)
			put(E820_TABLE + 20 * count + 4 * i, ((const unsigned int *)from)[1 + i]);
		from += *(const unsigned int *)from + 4;
	}
	boot_params[E820_COUNT] = count;
}

void boot_prepare(const struct boot_info *info)
{
	const struct module *module = (const struct module *)info->mods_addr;
	const char *text = (const char *)info->command_line;
	unsigned int i;

	for (i = SETUP_HEADER; i <= HEADER_LENGTH + linux_setup[HEADER_LENGTH]; i++)
		boot_params[i] = linux_setup[i];
	boot_params[LOADER_TYPE] = LOADER_OTHER;
	if (info->flags & INFO_MEMORY_MAP)
		copy_memory_map(info);
	if ((info->flags & INFO_MODULES) && info->mods_count) {
		put(RAMDISK_START, module->start);
		put(RAMDISK_SIZE, module->end - module->start);
	}
	if (info->flags & INFO_COMMAND_LINE) { /* its first word is the file's name */
		while (*text && *text != ' ')
			text++;
		put(COMMAND_LINE, (unsigned int)text);
	}
}
