/* tty.h - terminal settings as programs see them: Linux i386's layouts and values. */
#ifndef FS_TTY_H
#define FS_TTY_H

#include "kernel/types.h"

#define NCCS 19

struct termios {
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCCS];
};
_Static_assert(sizeof(struct termios) == 36, "struct termios");

struct winsize {
	u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* Indices of c_cc. */
enum {
	VINTR,
	VQUIT,
	VERASE,
	VKILL,
	VEOF,
	VTIME,
	VMIN,
	VSWTC,
	VSTART,
	VSTOP,
	VSUSP,
	VEOL,
	VREPRINT,
	VDISCARD,
	VWERASE,
	VLNEXT,
	VEOL2,
};

#define TTY_ISTRIP 0000040u
#define TTY_INLCR  0000100u
#define TTY_IGNCR  0000200u
#define TTY_ICRNL  0000400u
#define TTY_IXON   0002000u

#define TTY_OPOST 0000001u
#define TTY_ONLCR 0000004u

#define TTY_CS8	    0000060u
#define TTY_CREAD   0000200u
#define TTY_B115200 0010002u

#define TTY_ISIG    0000001u
#define TTY_ICANON  0000002u
#define TTY_ECHO    0000010u
#define TTY_ECHOE   0000020u
#define TTY_ECHOK   0000040u
#define TTY_ECHONL  0000100u
#define TTY_NOFLSH  0000200u
#define TTY_ECHOCTL 0001000u
#define TTY_ECHOKE  0004000u
#define TTY_IEXTEN  0100000u

#endif
