/*
 * A floor of the comparison over io_uring(7), with the technique of the server's driver: one submission accepts all
 * callers, one receives for the life of a connection into buffers that the kernel chooses, and one system call a tick
 * submits all answers and brings what has completed. It keeps no log and no time-out, and is content with any request.
 *
 *     floor PORT FILE    every answer is FILE. It counts blank lines.
 *     floor PORT FOLDER  the answer is the file that the request names. Three linked submissions open it beneath FOLDER, read
 *                        it and close it, with a descriptor that only the ring knows. A read that ends short tells the size.
 */
#include "floor.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define SUBMISSIONS 4096
#define COMPLETIONS 16384
/* Of the ring of receive buffers: as many and as large as the driver has. */
#define BUFFERS 128
#define BUFFER_SIZE 4096
#define GROUP 1
/* Connections at once of a FOLDER, and the greatest file that is answered. */
#define CONNECTIONS 8192
#define FILE_MOST (16 << 10)
#define HEAD_MOST 512

/* What a completion belongs to; the descriptor stands in the low word of its user_data. */
enum { ACCEPTED, RECEIVED, SENT, OPENED, READ, CLOSED };

static int ring;
static struct io_uring_sqe *entries;
static unsigned *submission_head, *submission_tail, *completion_head, *completion_tail;
static unsigned submission_mask, completion_mask, tail, submitted;
static struct io_uring_cqe *completions;
static struct io_uring_buf_ring *lent;
static unsigned short lent_tail;
static char buffers[BUFFERS][BUFFER_SIZE];
/* FOLDER, or -1. */
static int folder = -1;
/* What a connection sends next; one that ends leaves it to the next of its descriptor. */
static struct page {
  char path[1024];
  char head[HEAD_MOST];
  char body[FILE_MOST];
} *pages[CONNECTIONS];

/* @param least completions to wait for */
static void enter(unsigned least) {
  __atomic_store_n(submission_tail, tail, __ATOMIC_RELEASE);
  long taken = syscall(SYS_io_uring_enter, ring, tail - submitted, least, IORING_ENTER_GETEVENTS, NULL, 0);
  if (taken < 0 && errno != EINTR && errno != EBUSY && errno != EAGAIN) fail("io_uring_enter");
  submitted = __atomic_load_n(submission_head, __ATOMIC_ACQUIRE);
}

static struct io_uring_sqe *prepare(unsigned char opcode, int kind, int fd) {
  while (tail - submitted > submission_mask) enter(0);
  struct io_uring_sqe *entry = &entries[tail++ & submission_mask];
  memset(entry, 0, sizeof *entry);
  entry->opcode = opcode;
  entry->fd = fd;
  entry->user_data = (unsigned long long)kind << 32 | (unsigned)fd;
  return entry;
}

static void lend(unsigned short id) {
  struct io_uring_buf *buffer = &lent->bufs[lent_tail++ & (BUFFERS - 1)];
  buffer->addr = (unsigned long)buffers[id];
  buffer->len = BUFFER_SIZE;
  buffer->bid = id;
}

static void *map(size_t size, off_t offset) {
  void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
  if (mapped == MAP_FAILED) fail("mmap");
  return mapped;
}

static void open_ring(void) {
  struct io_uring_params params = {.cq_entries = COMPLETIONS};
  params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG |
                 IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  ring = (int)syscall(SYS_io_uring_setup, SUBMISSIONS, &params);
  if (ring < 0) fail("io_uring_setup");
  size_t submission_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t completion_size = params.cq_off.cqes + params.cq_entries * sizeof *completions;
  char *queues = map(submission_size > completion_size ? submission_size : completion_size, IORING_OFF_SQ_RING);
  entries = map(params.sq_entries * sizeof *entries, IORING_OFF_SQES);
  submission_head = (unsigned *)(queues + params.sq_off.head);
  submission_tail = (unsigned *)(queues + params.sq_off.tail);
  submission_mask = params.sq_entries - 1;
  completion_head = (unsigned *)(queues + params.cq_off.head);
  completion_tail = (unsigned *)(queues + params.cq_off.tail);
  completion_mask = params.cq_entries - 1;
  completions = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
  unsigned *array = (unsigned *)(queues + params.sq_off.array);
  for (unsigned index = 0; index < params.sq_entries; index++) array[index] = index;
  lent = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (lent == MAP_FAILED) fail("mmap");
  struct io_uring_buf_reg group = {.ring_addr = (unsigned long)lent, .ring_entries = BUFFERS, .bgid = GROUP};
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &group, 1) < 0) fail("io_uring_register");
  for (unsigned short id = 0; id < BUFFERS; id++) lend(id);
  __atomic_store_n(&lent->tail, lent_tail, __ATOMIC_RELEASE);
}

static void start_accepting(int listener) {
  prepare(IORING_OP_ACCEPT, ACCEPTED, listener)->ioprio = IORING_ACCEPT_MULTISHOT;
}

static void start_receiving(int fd) {
  struct io_uring_sqe *entry = prepare(IORING_OP_RECV, RECEIVED, fd);
  entry->ioprio = IORING_RECV_MULTISHOT;
  entry->flags = IOSQE_BUFFER_SELECT;
  entry->buf_group = GROUP;
}

static void send_bytes(int fd, const char *bytes, size_t size) {
  struct io_uring_sqe *entry = prepare(IORING_OP_SEND, SENT, fd);
  entry->addr = (unsigned long)bytes;
  entry->len = (unsigned)size;
  entry->msg_flags = MSG_NOSIGNAL;
}

/* Lets the ring know no file yet, and room for one of each connection. */
static void open_folder(const char *path) {
  folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(path);
  struct io_uring_rsrc_register files = {.nr = CONNECTIONS, .flags = IORING_RSRC_REGISTER_SPARSE};
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES2, &files, sizeof files) < 0) fail("register files");
}

/* `line` begins with "GET /path HTTP/1.1". The file is opened beneath the folder, as a server does it. */
static void read_file(int fd, const char *line, const char *end) {
  static const struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH};
  const char *path = memchr(line, '/', (size_t)(end - line));
  const char *stop = path == NULL ? NULL : memchr(path, ' ', (size_t)(end - path));
  if (stop == NULL || fd >= CONNECTIONS) fail("request");
  if (pages[fd] == NULL && (pages[fd] = malloc(sizeof *pages[fd])) == NULL) fail("malloc");
  struct page *page = pages[fd];
  size_t length = (size_t)(stop - path - 1);
  if (length >= sizeof page->path) fail("path");
  memcpy(page->path, path + 1, length);
  page->path[length] = '\0';
  while (tail - submitted + 3 > submission_mask + 1) enter(0);
  struct io_uring_sqe *entry = prepare(IORING_OP_OPENAT2, OPENED, fd);
  entry->fd = folder;
  entry->addr = (unsigned long)page->path;
  entry->len = sizeof how;
  entry->off = (unsigned long)&how;
  entry->file_index = (unsigned)fd + 1;
  entry->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  entry = prepare(IORING_OP_READ, READ, fd);
  entry->addr = (unsigned long)page->body;
  entry->len = FILE_MOST;
  /* A read that ends short breaks a plain link. */
  entry->flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
  entry = prepare(IORING_OP_CLOSE, CLOSED, fd);
  entry->fd = 0;
  entry->file_index = (unsigned)fd + 1;
  entry->flags = IOSQE_CQE_SKIP_SUCCESS;
}

static void send_file(int fd, int size) {
  if (size < 0 || size == FILE_MOST) fail("read");
  struct page *page = pages[fd];
  char head[HEAD_MOST];
  size_t length = (size_t)snprintf(head, sizeof head, HEAD, (size_t)size);
  char *begin = page->body - length;
  memcpy(begin, head, length);
  send_bytes(fd, begin, length + (size_t)size);
}

/* The load sends small requests and waits for each answer, so neither a request nor an answer is ever in two parts. */
static void received(int fd, int result, unsigned flags) {
  if (result > 0) {
    unsigned short id = (unsigned short)(flags >> IORING_CQE_BUFFER_SHIFT);
    char *at = buffers[id];
    char *all = at + result;
    char *end;
    while ((end = memmem(at, (size_t)(all - at), "\r\n\r\n", 4)) != NULL) {
      if (folder < 0) send_bytes(fd, answer, answer_size);
      else read_file(fd, at, end);
      at = end + 4;
    }
    lend(id);
  }
  if (flags & IORING_CQE_F_MORE) return;
  if (result > 0 || result == -ENOBUFS) start_receiving(fd);
  else close(fd);
}

static void completed(const struct io_uring_cqe *entry) {
  int fd = (int)(unsigned)entry->user_data;
  switch (entry->user_data >> 32) {
    case ACCEPTED:
      if (entry->res >= 0) start_receiving(entry->res);
      if (!(entry->flags & IORING_CQE_F_MORE)) start_accepting(fd);
      return;
    case RECEIVED:
      received(fd, entry->res, entry->flags);
      return;
    case READ:
      send_file(fd, entry->res);
      return;
    default:
      /* The receive of a connection that is broken ends it. An open that fails cancels its read. */
      return;
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  struct stat facts;
  if (stat(words[2], &facts) < 0) fail(words[2]);
  open_ring();
  if (S_ISDIR(facts.st_mode)) open_folder(words[2]);
  else prepare_constant(words[2]);
  start_accepting(listen_on(atoi(words[1])));
  unsigned head = 0;
  for (;;) {
    enter(1);
    unsigned end = __atomic_load_n(completion_tail, __ATOMIC_ACQUIRE);
    while (head != end) completed(&completions[head++ & completion_mask]);
    __atomic_store_n(completion_head, head, __ATOMIC_RELEASE);
    __atomic_store_n(&lent->tail, lent_tail, __ATOMIC_RELEASE);
  }
}
