/*
 * The floor of the comparison: what a request costs when nothing is done for it but recv, send and a share of
 * epoll_wait. It understands no request (it counts blank lines), answers a constant, and keeps no log and no time-out.
 *
 *     floor PORT FILE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* As long as the heads of the servers that it is compared with. */
static const char HEAD[] = "HTTP/1.1 200 OK\r\n"
                           "Server: floor\r\n"
                           "Date: Sun, 22 Nov 2026 00:00:00 GMT\r\n"
                           "Content-Length: %zu\r\n"
                           "Content-Type: text/html; charset=utf-8\r\n"
                           "Last-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\n"
                           "ETag: \"constant-constant\"\r\n"
                           "Accept-Ranges: bytes\r\n\r\n";

static char *answer;
static size_t answer_size;
static char request[64 << 10];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void prepare(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(path);
  size_t size = (size_t)ftell(file);
  rewind(file);
  answer = malloc(sizeof HEAD + 32 + size);
  if (answer == NULL) fail("malloc");
  answer_size = (size_t)sprintf(answer, HEAD, size);
  if (fread(answer + answer_size, 1, size, file) != size) fail(path);
  answer_size += size;
  fclose(file);
}

static int listen_on(int port) {
  int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(fd, 4096) < 0) fail("listen");
  return fd;
}

static void accept_all(int ring, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    epoll_ctl(ring, EPOLL_CTL_ADD, fd, &event);
  }
}

/* The load sends small requests and waits for each answer, so neither a request nor an answer is ever in two parts. */
static void serve(int fd) {
  ssize_t size = recv(fd, request, sizeof request, 0);
  if (size <= 0) {
    if (size == 0 || errno != EAGAIN) close(fd);
    return;
  }
  char *at = request;
  while ((at = memmem(at, (size_t)(request + size - at), "\r\n\r\n", 4)) != NULL) {
    at += 4;
    if (send(fd, answer, answer_size, MSG_NOSIGNAL) != (ssize_t)answer_size) {
      close(fd);
      return;
    }
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  prepare(words[2]);
  int listener = listen_on(atoi(words[1]));
  int ring = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(ring, EPOLL_CTL_ADD, listener, &event);
  static struct epoll_event events[512];
  for (;;) {
    int ready = epoll_wait(ring, events, 512, -1);
    for (int index = 0; index < ready; index++) {
      if (events[index].data.fd == listener) accept_all(ring, listener);
      else serve(events[index].data.fd);
    }
  }
}
