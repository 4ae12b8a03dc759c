/* vga.h - the text screen as a console: 80 x 25, output only. */
#ifndef DRIVERS_VGA_H
#define DRIVERS_VGA_H

/* Clears the screen and registers the console; uses the direct map until vga_remap(). */
void vga_init(void);
/* Moves the screen to its fixmap slot, uncached. After kmap_init(). */
void vga_remap(void);

#endif
