/* validate.h - counts that are compared with what they count while the system works. */
#ifndef MM_VALIDATE_H
#define MM_VALIDATE_H

/* Reads `validate` of the command line. */
void validate_init(void);
/* With `validate`: panics when a count is wrong. Where nothing is half done; does not sleep. */
void validate_if_asked(void);

#endif
