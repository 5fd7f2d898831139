/*
 * A file system that stands for a slow disk: a folder as it is, but that reads, writes, fsync(2) and the close(2) of what was
 * written wait until they are let go. Arguments: the folder, where to mount it, seconds that a call waits at most, and
 * "direct" for a file system without a page cache, or "names" for one whose names wait too. The kernel keeps those that it knows.
 * Reads from its standard input: h (hold), o (one call may go), r (release all). Its end ends the file system.
 * Writes to its standard output: m (mounted), . (for each command), w (a call waits), p (it goes), ! (it has waited too long).
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int base, direct, names, patience, held, tokens;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void say(char word) { if (write(1, &word, 1) < 0) _exit(1); }
static const char *below(const char *path) { return path[1] == 0 ? "." : path + 1; }
static int result(long n) { return n < 0 ? -errno : (int)n; }

static void wait_for_turn(void) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += patience;
  pthread_mutex_lock(&mutex);
  if (held) {
    say('w');
    int error = 0;
    while (held && tokens == 0 && error == 0) error = pthread_cond_timedwait(&changed, &mutex, &end);
    if (error != 0) say('!');
    else if (held) tokens--;
    say('p');
  }
  pthread_mutex_unlock(&mutex);
}

static void *obey(void *nothing) {
  char command;
  while (read(0, &command, 1) == 1) {
    pthread_mutex_lock(&mutex);
    if (command == 'o') tokens++;
    else { held = command == 'h'; tokens = 0; }
    pthread_cond_broadcast(&changed);
    say('.');
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_lock(&mutex);
  held = 0;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  kill(getpid(), SIGTERM);
  return nothing;
}

static void *fs_init(struct fuse_conn_info *conn, struct fuse_config *config) {
  /* One read at a time: each held call keeps a thread, of which there are ten. */
  conn->want &= ~FUSE_CAP_ASYNC_READ;
  config->direct_io = direct;
  if (names) config->entry_timeout = config->negative_timeout = config->attr_timeout = 3600;
  /* No path is locked by a call that waits: a rename would wait with it. */
  config->nullpath_ok = 1;
  pthread_t thread;
  pthread_create(&thread, NULL, obey, NULL);
  say('m');
  return NULL;
}
static int fs_getattr(const char *path, struct stat *st, struct fuse_file_info *fi) {
  if (names && !fi) wait_for_turn();
  return result(fi ? fstat(fi->fh, st) : fstatat(base, below(path), st, AT_SYMLINK_NOFOLLOW));
}
static int fs_open(const char *path, struct fuse_file_info *fi) {
  int fd = openat(base, below(path), fi->flags & ~(O_APPEND | O_NONBLOCK));
  fi->fh = fd;
  return fd < 0 ? -errno : 0;
}
static int fs_create(const char *path, mode_t mode, struct fuse_file_info *fi) {
  int fd = openat(base, below(path), (fi->flags & ~(O_APPEND | O_NONBLOCK)) | O_CREAT, mode);
  fi->fh = fd;
  return fd < 0 ? -errno : 0;
}
static int fs_read(const char *path, char *bytes, size_t size, off_t at, struct fuse_file_info *fi) {
  wait_for_turn();
  return result(pread(fi->fh, bytes, size, at));
}
static int fs_write(const char *path, const char *bytes, size_t size, off_t at, struct fuse_file_info *fi) {
  wait_for_turn();
  return result(pwrite(fi->fh, bytes, size, at));
}
static int fs_flush(const char *path, struct fuse_file_info *fi) {
  if ((fcntl(fi->fh, F_GETFL) & O_ACCMODE) != O_RDONLY) wait_for_turn();
  return 0;
}
static int fs_fsync(const char *path, int data, struct fuse_file_info *fi) {
  wait_for_turn();
  return 0;
}
static int fs_release(const char *path, struct fuse_file_info *fi) { return result(close(fi->fh)); }
static int fs_truncate(const char *path, off_t size, struct fuse_file_info *fi) {
  if (fi) return result(ftruncate(fi->fh, size));
  int fd = openat(base, below(path), O_WRONLY);
  if (fd < 0) return -errno;
  int n = result(ftruncate(fd, size));
  close(fd);
  return n;
}
static int fs_unlink(const char *path) { return result(unlinkat(base, below(path), 0)); }
static int fs_mkdir(const char *path, mode_t mode) { return result(mkdirat(base, below(path), mode)); }
static int fs_rmdir(const char *path) { return result(unlinkat(base, below(path), AT_REMOVEDIR)); }
static int fs_rename(const char *from, const char *to, unsigned int flags) {
  return result(renameat2(base, below(from), base, below(to), flags));
}
static int fs_opendir(const char *path, struct fuse_file_info *fi) {
  int fd = openat(base, below(path), O_RDONLY | O_DIRECTORY);
  fi->fh = fd;
  return fd < 0 ? -errno : 0;
}
static int fs_readdir(const char *path, void *list, fuse_fill_dir_t fill, off_t at, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags) {
  DIR *folder = fdopendir(openat(fi->fh, ".", O_RDONLY | O_DIRECTORY));
  if (!folder) return -errno;
  for (struct dirent *entry; (entry = readdir(folder));) fill(list, entry->d_name, NULL, 0, 0);
  closedir(folder);
  return 0;
}

static const struct fuse_operations operations = {
  .init = fs_init, .getattr = fs_getattr, .open = fs_open, .create = fs_create, .read = fs_read, .write = fs_write,
  .flush = fs_flush, .fsync = fs_fsync, .release = fs_release, .truncate = fs_truncate, .unlink = fs_unlink,
  .mkdir = fs_mkdir, .rmdir = fs_rmdir, .rename = fs_rename,
  .opendir = fs_opendir, .readdir = fs_readdir, .releasedir = fs_release,
};

int main(int count, char **words) {
  if (count < 4) return 2;
  base = open(words[1], O_RDONLY | O_DIRECTORY);
  if (base < 0) return 2;
  patience = atoi(words[3]);
  direct = count > 4 && strcmp(words[4], "direct") == 0;
  names = count > 4 && strcmp(words[4], "names") == 0;
  char *arguments[] = {words[0], "-f", "-o", "fsname=webserv-slow-disk", words[2], NULL};
  return fuse_main(5, arguments, &operations, NULL);
}
