/* Loaded before all others: writes down what is done to the files below DISK_ROOT, in order, into the file DISK_RECORD.
 * Each entry: kind, length of path, offset, length of data (or second path), nanoseconds of the time of day; path; data.
 * Kinds: w written, t cut to a length, s flushed (also folders), c made, r renamed (data: the new name), u removed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILES 65536

struct __attribute__((packed)) entry {
    char kind;
    uint16_t path_length;
    uint64_t offset, length;
    int64_t time;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FILES];
static char root[PATH_MAX];
static int record = -1;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int file, const void *data, size_t length) {
    REAL(write);
    return real(file, data, length);
}

static int plain_open(const char *path, int flags, int mode) {
    REAL(open);
    return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("DISK_ROOT"), *path = getenv("DISK_RECORD");
    if (!folder || !path) return;
    snprintf(root, sizeof root, "%s/", folder);
    record = fcntl(plain_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), F_DUPFD_CLOEXEC, 900);
}

static int ours(const char *path) {
    size_t length = strlen(root);
    return record >= 0 && length && (!strncmp(path, root, length) || !strncmp(path, root, length - 1));
}

static void note(char kind, const char *path, uint64_t offset, const void *data, uint64_t length) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct entry head = {kind, (uint16_t)strlen(path), offset, length, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path_length}, {(void *)data, data ? length : 0}};
    REAL(writev);
    real(record, parts, 3);
}

static const char *name_of(int file) { return file >= 0 && file < FILES ? names[file] : NULL; }

static int opened(int file, int flags, int was_there) {
    char link[64], path[PATH_MAX];
    if (file < 0 || file >= FILES || record < 0) return file;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return file;
    path[length] = 0;
    pthread_mutex_lock(&lock);
    free(names[file]);
    names[file] = ours(path) ? strdup(path) : NULL;
    if (names[file] && (flags & O_CREAT) && !was_there) note('c', path, 0, NULL, 0);
    if (names[file] && (flags & O_TRUNC) && was_there) note('t', path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return file;
}

#define MODE(flags) \
    int mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, int); \
        va_end(rest); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    int was_there = !access(path, F_OK);
    return opened(plain_open(path, flags, mode), flags, was_there);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    int was_there = !access(path, F_OK);
    return opened(plain_open(path, flags | O_LARGEFILE, mode), flags, was_there);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    REAL(openat);
    int was_there = !faccessat(folder, path, F_OK, 0);
    return opened(real(folder, path, flags, mode), flags, was_there);
}

int close(int file) {
    REAL(close);
    if (file >= 0 && file == record) return 0;
    if (name_of(file)) {
        pthread_mutex_lock(&lock);
        free(names[file]);
        names[file] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return real(file);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
    REAL(pwrite);
    if (!name_of(file)) return real(file, data, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = real(file, data, length, offset);
    if (done > 0) note('w', names[file], (uint64_t)offset, data, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) { return pwrite(file, data, length, offset); }

ssize_t write(int file, const void *data, size_t length) {
    if (!name_of(file)) return plain_write(file, data, length);
    pthread_mutex_lock(&lock);
    ssize_t done = plain_write(file, data, length);
    if (done > 0) note('w', names[file], (uint64_t)(lseek(file, 0, SEEK_CUR) - done), data, (uint64_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int file, off_t length) {
    REAL(ftruncate);
    if (!name_of(file)) return real(file, length);
    pthread_mutex_lock(&lock);
    int result = real(file, length);
    if (!result) note('t', names[file], (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

static int flushed(int file, int result) {
    if (!result && name_of(file)) {
        pthread_mutex_lock(&lock);
        note('s', names[file], 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

int fsync(int file) {
    REAL(fsync);
    return flushed(file, real(file));
}

int fdatasync(int file) {
    REAL(fdatasync);
    return flushed(file, real(file));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    pthread_mutex_lock(&lock);
    int result = real(from, to);
    if (!result && ours(from)) note('r', from, 0, to, strlen(to));
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    pthread_mutex_lock(&lock);
    int result = real(path);
    if (!result && ours(path)) note('u', path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
