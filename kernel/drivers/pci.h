/* pci.h - the PCI bus: which devices there are, and their configuration registers. */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include "kernel/compiler.h"
#include "kernel/types.h"

/* Offsets in configuration space: PCI Local Bus Specification 2.2, section 6.1. */
#define PCI_VENDOR_ID	  0x00
#define PCI_COMMAND	  0x04
#define PCI_CLASS	  0x08 /* revision, interface, subclass, class: one byte each */
#define PCI_HEADER	  0x0e /* byte; bit 7: the device has several functions */
#define PCI_BAR(n)	  (0x10 + 4 * (n))
#define PCI_SECONDARY_BUS 0x19 /* of a bridge; byte */

#define PCI_COMMAND_IO	   0x1u
#define PCI_COMMAND_MASTER 0x4u
#define PCI_BAR_IO	   0x1u /* bit 0 of a base address: it is of ports */

#define PCI_CLASS_IDE	 0x0101u /* class and subclass */
#define PCI_CLASS_BRIDGE 0x0604u

struct pci_dev {
	u8 bus, slot, function;
	u16 vendor, device, class; /* class and subclass */
	u8 interface;		   /* third byte of the class */
};

/* Finds all devices. None, or no PCI at all, is not an error. Boot, once. */
void pci_init(void);
/* The first device of a class and subclass, or NULL. */
const struct pci_dev *pci_find_class(u16 class);
/* The aligned 32 bits at `offset` of its configuration space. Any context. */
u32 pci_read(const struct pci_dev *dev, unsigned int offset);
void pci_write(const struct pci_dev *dev, unsigned int offset, u32 value);

#endif
