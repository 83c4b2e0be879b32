/* Stands before the system's calls for writing (LD_PRELOAD): some of those on regular files fail when told so.
   arm(kind, at, length, code): of the calls of a kind (1: write, 2: fsync, 3: ftruncate), `length` fail from the
   at-th on, with that errno. seen(): how many there were since. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOTHING, WRITE, FSYNC, TRUNCATE };

static int armed_kind, first, last, armed_code, calls;

void arm(int kind, int at, int length, int code) {
    armed_kind = kind;
    first = at;
    last = at + length;
    armed_code = code;
    calls = 0;
}

int seen(void) { return calls; }

static int fails(int kind, int file) {
    struct stat status;
    if (kind != armed_kind || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    calls++;
    if (calls < first || calls >= last) return 0;
    errno = armed_code;
    return 1;
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t write(int file, const void *data, size_t size) {
    if (fails(WRITE, file)) return -1;
    return REAL(ssize_t (*)(int, const void *, size_t), "write")(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    if (fails(WRITE, file)) return -1;
    return REAL(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    if (fails(WRITE, file)) return -1;
    return REAL(ssize_t (*)(int, const void *, size_t, off64_t), "pwrite64")(file, data, size, at);
}

int fsync(int file) {
    if (fails(FSYNC, file)) return -1;
    return REAL(int (*)(int), "fsync")(file);
}

int fdatasync(int file) {
    if (fails(FSYNC, file)) return -1;
    return REAL(int (*)(int), "fdatasync")(file);
}

int ftruncate(int file, off_t size) {
    if (fails(TRUNCATE, file)) return -1;
    return REAL(int (*)(int, off_t), "ftruncate")(file, size);
}

int ftruncate64(int file, off64_t size) {
    if (fails(TRUNCATE, file)) return -1;
    return REAL(int (*)(int, off64_t), "ftruncate64")(file, size);
}
