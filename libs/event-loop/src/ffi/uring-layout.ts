/**
 * io_uring(7): numbers and struct layouts of <linux/io_uring.h>, the same on every architecture. Offsets are in bytes;
 * those with WORD in their name count 32-bit words. `layout.full.spec.ts` compares them with the system's header.
 */

/** The C library has no wrapper; the same numbers on every architecture. */
export const SYS_URING = { SETUP: 425, ENTER: 426, REGISTER: 427 } as const;

export const IORING_OP = {
  NOP: 0,
  POLL_ADD: 6,
  SENDMSG: 9,
  ACCEPT: 13,
  ASYNC_CANCEL: 14,
  READ: 22,
  WRITE: 23,
  SEND: 26,
  RECV: 27,
  /** It is not used. But a kernel that has it (6.0) has multishot receives as well, which no probe reports. */
  SEND_ZC: 47,
} as const;

export const IORING_SETUP = {
  CQSIZE: 1 << 3,
  CLAMP: 1 << 4,
  SUBMIT_ALL: 1 << 7,
  COOP_TASKRUN: 1 << 8,
  TASKRUN_FLAG: 1 << 9,
  SINGLE_ISSUER: 1 << 12,
  DEFER_TASKRUN: 1 << 13,
} as const;

export const IORING_FEAT = {
  SINGLE_MMAP: 1 << 0,
  NODROP: 1 << 1,
  SUBMIT_STABLE: 1 << 2,
  FAST_POLL: 1 << 5,
  EXT_ARG: 1 << 8,
  CQE_SKIP: 1 << 11,
} as const;

export const IORING_ENTER = { GETEVENTS: 1 << 0, EXT_ARG: 1 << 3 } as const;
export const IORING_REGISTER = { EVENTFD: 4, PROBE: 8, PBUF_RING: 22 } as const;
export const IORING_OFF = { SQ_RING: 0, SQES: 0x10000000 } as const;
export const IORING_SQ = { CQ_OVERFLOW: 1 << 1, TASKRUN: 1 << 2 } as const;
export const IORING_CQ = { EVENTFD_DISABLED: 1 << 0 } as const;

export const IOSQE = { ASYNC: 1 << 4, BUFFER_SELECT: 1 << 5, CQE_SKIP_SUCCESS: 1 << 6 } as const;
export const IORING_CQE_F = { BUFFER: 1 << 0, MORE: 1 << 1 } as const;
/** `ioprio` of a RECV or an ACCEPT. */
export const IORING_RECV_MULTISHOT = 1 << 1;
/** `flags` of an entry of the probe. */
export const IO_URING_OP_SUPPORTED = 1 << 0;

/** struct io_uring_params. */
export const URING_PARAMS = {
  size: 120,
  sq_entries: 0,
  cq_entries: 4,
  flags: 8,
  features: 20,
  sq_head: 40,
  sq_tail: 44,
  sq_ring_mask: 48,
  sq_flags: 56,
  sq_array: 64,
  cq_head: 80,
  cq_tail: 84,
  cq_ring_mask: 88,
  cq_cqes: 100,
  cq_flags: 104,
} as const;

/** struct io_uring_sqe. Word 0 holds opcode (8 bits), flags (8) and ioprio (16). */
export const SQE = { size: 64, words: 16 } as const;
export const SQE_WORD = {
  op: 0,
  fd: 1,
  off: 2,
  addr: 4,
  len: 6,
  op_flags: 7,
  user_data: 8,
  buf_group: 10,
} as const;

/** struct io_uring_cqe. */
export const CQE = { size: 16, words: 4 } as const;
export const CQE_WORD = { user_data: 0, res: 2, flags: 3 } as const;

/** struct io_uring_buf_ring: its entries are struct io_uring_buf; the tail lies in the first one's spare field. */
export const URING_BUF = { size: 16, addr: 0, len: 8, bid: 12, tail: 14 } as const;
/** struct io_uring_buf_reg. */
export const URING_BUF_REG = { size: 40, ring_addr: 0, ring_entries: 8, bgid: 12 } as const;
/** struct io_uring_getevents_arg. */
export const URING_GETEVENTS = { size: 24, ts: 16 } as const;
/** struct io_uring_probe, and the struct io_uring_probe_op behind it. */
export const URING_PROBE = { size: 16, ops_len: 1, op_size: 8, op_flags: 2 } as const;

/** mmap(2) and eventfd(2), as they are on Linux. */
export const PROT_READ_WRITE = 1 | 2;
export const MAP_SHARED_POPULATE = 0x01 | 0x8000;
export const EFD_CLOEXEC_NONBLOCK = 0o2004000;
/** `poll32_events` of a POLL_ADD. */
export const POLL_EVENTS = { IN: 0x001, OUT: 0x004 } as const;
