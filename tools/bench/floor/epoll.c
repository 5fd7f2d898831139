/*
 * A floor of the comparison: what a request costs when nothing is done for it but the system calls. It keeps no log and
 * no time-out, and is content with any request.
 *
 *     floor PORT FILE    recv, send and a share of epoll_wait: every answer is FILE. It counts blank lines.
 *     floor PORT FOLDER  openat2, fstat, read and close besides: the answer is the file that the request names.
 */
#include "floor.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The greatest file of FOLDER that is answered. */
#define FILE_MOST (1 << 20)

static char request[64 << 10];
/* The head and the file of one answer. */
static char page[1024 + FILE_MOST];
/* FOLDER, or -1. */
static int folder = -1;

static void accept_all(int poll, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
}

/* The load sends small requests and waits for each answer, so neither a request nor an answer is ever in two parts. */
static int send_all(int fd, const char *bytes, size_t size) {
  return send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

/* `line` is "GET /path HTTP/1.1" and is written over. The file is opened beneath the folder, as a server does it. */
static int send_file(int fd, char *line) {
  static const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
  char *path = strchr(line, '/');
  char *end = path == NULL ? NULL : strchr(path, ' ');
  if (end == NULL) return -1;
  *end = '\0';
  int file = (int)syscall(SYS_openat2, folder, path + 1, &how, sizeof how);
  if (file < 0) return -1;
  struct stat facts;
  int sent = -1;
  if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size <= FILE_MOST) {
    int head = sprintf(page, HEAD, (size_t)facts.st_size);
    if (read(file, page + head, (size_t)facts.st_size) == facts.st_size)
      sent = send_all(fd, page, (size_t)head + (size_t)facts.st_size);
  }
  close(file);
  return sent;
}

static void serve(int fd) {
  ssize_t size = recv(fd, request, sizeof request - 1, 0);
  if (size <= 0) {
    if (size == 0 || errno != EAGAIN) close(fd);
    return;
  }
  request[size] = '\0';
  char *at = request;
  char *end;
  while ((end = memmem(at, (size_t)(request + size - at), "\r\n\r\n", 4)) != NULL) {
    if ((folder < 0 ? send_all(fd, answer, answer_size) : send_file(fd, at)) < 0) {
      close(fd);
      return;
    }
    at = end + 4;
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  struct stat facts;
  if (stat(words[2], &facts) < 0) fail(words[2]);
  if (S_ISDIR(facts.st_mode)) folder = open(words[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
  else prepare_constant(words[2]);
  int listener = listen_on(atoi(words[1]));
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  static struct epoll_event events[512];
  for (;;) {
    int ready = epoll_wait(poll, events, 512, -1);
    for (int index = 0; index < ready; index++) {
      if (events[index].data.fd == listener) accept_all(poll, listener);
      else serve(events[index].data.fd);
    }
  }
}
