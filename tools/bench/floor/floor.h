/* What the loops in C share: the head of their answers, the constant answer, and a socket that listens. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* The constant answer: the head and the file. */
static char *answer;
static size_t answer_size;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void prepare_constant(const char *path) {
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
