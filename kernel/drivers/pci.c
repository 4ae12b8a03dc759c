/*
 * pci.c - the PCI bus by configuration mechanism 1 (PCI Local Bus Specification 2.2,
 * section 3.2.2.3.2).
 *
 *   port 0xcf8, 32 bits:  1 0000000 bus(8) slot(5) function(3) register(6) 00
 *   port 0xcfc, 32 bits:  the register that this names; all ones: nobody answers
 *
 * Bus 0 and what lies behind bridges is looked at once, each bus at most once, so that bridges
 * which point at each other end it too.
 */
#include "drivers/pci.h"
#include "arch/irq.h"
#include "i386/cpu.h"
#include "kernel/bitops.h"
#include "kernel/printk.h"
#include "kernel/resource.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u

#define NR_BUSES      256
#define NR_SLOTS      32
#define NR_FUNCTIONS  8
#define NOBODY	      0xffff /* as a vendor */
#define MULTIFUNCTION 0x80
#define DEVICES_MAX   32

static struct pci_dev devices[DEVICES_MAX];
static unsigned int nr_devices;
static unsigned long seen_buses[NR_BUSES / BITS_PER_LONG];

static struct resource ports = {
	.name = "PCI conf1",
	.start = CONFIG_ADDRESS,
	.end = CONFIG_DATA + 3,
};

static u32 config_address(const struct pci_dev *dev, unsigned int offset)
{
	return CONFIG_ENABLE | (u32)dev->bus << 16 | (u32)dev->slot << 11 |
	       (u32)dev->function << 8 | (offset & 0xfc);
}

u32 pci_read(const struct pci_dev *dev, unsigned int offset)
{
	unsigned long flags = local_irq_save();
	u32 value;

	outl(config_address(dev, offset), CONFIG_ADDRESS);
	value = inl(CONFIG_DATA);
	local_irq_restore(flags);
	return value;
}

void pci_write(const struct pci_dev *dev, unsigned int offset, u32 value)
{
	unsigned long flags = local_irq_save();

	outl(config_address(dev, offset), CONFIG_ADDRESS);
	outl(value, CONFIG_DATA);
	local_irq_restore(flags);
}

static u8 read_byte(const struct pci_dev *dev, unsigned int offset)
{
	return (u8)(pci_read(dev, offset) >> offset % 4 * 8);
}

/* Looks at one function: its device, if somebody answers. */
static bool look(struct pci_dev *dev)
{
	u32 id = pci_read(dev, PCI_VENDOR_ID), class;

	dev->vendor = (u16)id;
	dev->device = (u16)(id >> 16);
	if (dev->vendor == NOBODY || dev->vendor == 0)
		return false;
	class = pci_read(dev, PCI_CLASS);
	dev->class = (u16)(class >> 16);
	dev->interface = (u8)(class >> 8);
	pr_debug("pci: %02x:%02x.%u %04x:%04x class %04x\n", dev->bus, dev->slot, dev->function,
		 dev->vendor, dev->device, dev->class);
	if (nr_devices < DEVICES_MAX)
		devices[nr_devices++] = *dev;
	return true;
}

static void scan_slot(u8 bus, u8 slot, unsigned long *buses)
{
	struct pci_dev dev = {.bus = bus, .slot = slot};
	unsigned int nr = 1;

	for (unsigned int function = 0; function < nr; function++) {
		dev.function = (u8)function;
		if (!look(&dev))
			continue;
		if (function == 0 && (read_byte(&dev, PCI_HEADER) & MULTIFUNCTION))
			nr = NR_FUNCTIONS;
		if (dev.class == PCI_CLASS_BRIDGE)
			__set_bit(read_byte(&dev, PCI_SECONDARY_BUS), buses);
	}
}

/* All of them: those that bridges lead to are noted, and come when their turn is. */
static void scan_buses(void)
{
	unsigned long wanted[NR_BUSES / BITS_PER_LONG] = {1};
	bool more = true;

	while (more) {
		more = false;
		for (unsigned int bus = 0; bus < NR_BUSES; bus++) {
			if (!test_bit(bus, wanted) || test_bit(bus, seen_buses))
				continue;
			__set_bit(bus, seen_buses);
			more = true;
			for (unsigned int slot = 0; slot < NR_SLOTS; slot++)
				scan_slot((u8)bus, (u8)slot, wanted);
		}
	}
}

/* The register keeps what is written to it, where there is one. */
static bool has_mechanism_1(void)
{
	u32 before = inl(CONFIG_ADDRESS), value;

	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	value = inl(CONFIG_ADDRESS);
	outl(before, CONFIG_ADDRESS);
	return value == CONFIG_ENABLE;
}

void pci_init(void)
{
	if (!has_mechanism_1() || request_resource(&ioport_resource, &ports)) {
		pr_info("pci: none\n");
		return;
	}
	scan_buses();
	pr_info("pci: %u devices\n", nr_devices);
}

const struct pci_dev *pci_find_class(u16 class)
{
	for (unsigned int i = 0; i < nr_devices; i++) {
		if (devices[i].class == class)
			return &devices[i];
	}
	return NULL;
}
