import type { Call } from '../libc.ts';

/*
 * The functions of OpenSSL 3 that libs/tls calls, by their C prototypes. Pointers are numbers, as everywhere in this folder.
 * A `const char *` argument takes a string, and koffi ends it with a NUL.
 */

/** libssl. */
export const SSL = {
  TLS_server_method: 'uintptr_t TLS_server_method()',
  TLS_client_method: 'uintptr_t TLS_client_method()',
  SSL_CTX_new: 'uintptr_t SSL_CTX_new(uintptr_t method)',
  SSL_CTX_free: 'void SSL_CTX_free(uintptr_t ctx)',
  SSL_CTX_ctrl: 'long SSL_CTX_ctrl(uintptr_t ctx, int command, long number, uintptr_t pointer)',
  SSL_CTX_set_options: 'uint64_t SSL_CTX_set_options(uintptr_t ctx, uint64_t options)',
  SSL_CTX_set_session_id_context:
    'int SSL_CTX_set_session_id_context(uintptr_t ctx, uintptr_t id, unsigned int length)',
  SSL_CTX_set_cipher_list: 'int SSL_CTX_set_cipher_list(uintptr_t ctx, const char *list)',
  SSL_CTX_set_ciphersuites: 'int SSL_CTX_set_ciphersuites(uintptr_t ctx, const char *list)',
  SSL_CTX_set_num_tickets: 'int SSL_CTX_set_num_tickets(uintptr_t ctx, size_t count)',
  SSL_set_num_tickets: 'int SSL_set_num_tickets(uintptr_t ssl, size_t count)',
  SSL_CTX_set_timeout: 'long SSL_CTX_set_timeout(uintptr_t ctx, long seconds)',
  SSL_CTX_set_verify: 'void SSL_CTX_set_verify(uintptr_t ctx, int mode, uintptr_t callback)',
  SSL_CTX_set_verify_depth: 'void SSL_CTX_set_verify_depth(uintptr_t ctx, int depth)',
  SSL_CTX_get_cert_store: 'uintptr_t SSL_CTX_get_cert_store(uintptr_t ctx)',
  SSL_CTX_add_client_CA: 'int SSL_CTX_add_client_CA(uintptr_t ctx, uintptr_t certificate)',
  SSL_CTX_use_certificate: 'int SSL_CTX_use_certificate(uintptr_t ctx, uintptr_t certificate)',
  SSL_CTX_use_PrivateKey: 'int SSL_CTX_use_PrivateKey(uintptr_t ctx, uintptr_t key)',
  SSL_CTX_set_alpn_select_cb:
    'void SSL_CTX_set_alpn_select_cb(uintptr_t ctx, uintptr_t callback, uintptr_t argument)',
  SSL_CTX_set_client_hello_cb:
    'void SSL_CTX_set_client_hello_cb(uintptr_t ctx, uintptr_t callback, uintptr_t argument)',
  SSL_CTX_set_tlsext_ticket_key_evp_cb:
    'int SSL_CTX_set_tlsext_ticket_key_evp_cb(uintptr_t ctx, uintptr_t callback)',
  SSL_client_hello_get0_ext:
    'int SSL_client_hello_get0_ext(uintptr_t ssl, unsigned int type, uintptr_t out, uintptr_t length)',
  SSL_new: 'uintptr_t SSL_new(uintptr_t ctx)',
  SSL_free: 'void SSL_free(uintptr_t ssl)',
  SSL_ctrl: 'long SSL_ctrl(uintptr_t ssl, int command, long number, uintptr_t pointer)',
  SSL_set_SSL_CTX: 'uintptr_t SSL_set_SSL_CTX(uintptr_t ssl, uintptr_t ctx)',
  SSL_set_options: 'uint64_t SSL_set_options(uintptr_t ssl, uint64_t options)',
  SSL_clear_options: 'uint64_t SSL_clear_options(uintptr_t ssl, uint64_t options)',
  SSL_set_ciphersuites: 'int SSL_set_ciphersuites(uintptr_t ssl, const char *list)',
  SSL_set_verify: 'void SSL_set_verify(uintptr_t ssl, int mode, uintptr_t callback)',
  SSL_set_session_id_context:
    'int SSL_set_session_id_context(uintptr_t ssl, uintptr_t id, unsigned int length)',
  SSL_set_cipher_list: 'int SSL_set_cipher_list(uintptr_t ssl, const char *list)',
  SSL_set_bio: 'void SSL_set_bio(uintptr_t ssl, uintptr_t read, uintptr_t write)',
  SSL_set_accept_state: 'void SSL_set_accept_state(uintptr_t ssl)',
  SSL_set_connect_state: 'void SSL_set_connect_state(uintptr_t ssl)',
  SSL_set_alpn_protos: 'int SSL_set_alpn_protos(uintptr_t ssl, uintptr_t list, unsigned int length)',
  SSL_do_handshake: 'int SSL_do_handshake(uintptr_t ssl)',
  SSL_read: 'int SSL_read(uintptr_t ssl, uintptr_t into, int length)',
  SSL_write: 'int SSL_write(uintptr_t ssl, uintptr_t from, int length)',
  SSL_shutdown: 'int SSL_shutdown(uintptr_t ssl)',
  SSL_get_shutdown: 'int SSL_get_shutdown(uintptr_t ssl)',
  SSL_get_error: 'int SSL_get_error(uintptr_t ssl, int result)',
  SSL_key_update: 'int SSL_key_update(uintptr_t ssl, int type)',
  SSL_renegotiate: 'int SSL_renegotiate(uintptr_t ssl)',
  SSL_set_session: 'int SSL_set_session(uintptr_t ssl, uintptr_t session)',
  SSL_get1_session: 'uintptr_t SSL_get1_session(uintptr_t ssl)',
  SSL_SESSION_get_max_early_data: 'uint32_t SSL_SESSION_get_max_early_data(uintptr_t session)',
  SSL_SESSION_free: 'void SSL_SESSION_free(uintptr_t session)',
  SSL_version: 'int SSL_version(uintptr_t ssl)',
  SSL_session_reused: 'int SSL_session_reused(uintptr_t ssl)',
  SSL_get_current_cipher: 'uintptr_t SSL_get_current_cipher(uintptr_t ssl)',
  SSL_CIPHER_get_name: 'const char *SSL_CIPHER_get_name(uintptr_t cipher)',
  SSL_group_to_name: 'const char *SSL_group_to_name(uintptr_t ssl, int group)',
  SSL_get_servername: 'const char *SSL_get_servername(uintptr_t ssl, int type)',
  SSL_get0_alpn_selected: 'void SSL_get0_alpn_selected(uintptr_t ssl, uintptr_t out, uintptr_t length)',
  SSL_get1_peer_certificate: 'uintptr_t SSL_get1_peer_certificate(uintptr_t ssl)',
  SSL_get_peer_cert_chain: 'uintptr_t SSL_get_peer_cert_chain(uintptr_t ssl)',
  SSL_get_verify_result: 'long SSL_get_verify_result(uintptr_t ssl)',
} as const;

/** libcrypto. */
export const CRYPTO = {
  BIO_new: 'uintptr_t BIO_new(uintptr_t method)',
  BIO_s_mem: 'uintptr_t BIO_s_mem()',
  BIO_new_mem_buf: 'uintptr_t BIO_new_mem_buf(uintptr_t from, int length)',
  BIO_up_ref: 'int BIO_up_ref(uintptr_t bio)',
  BIO_free: 'int BIO_free(uintptr_t bio)',
  BIO_read: 'int BIO_read(uintptr_t bio, uintptr_t into, int length)',
  BIO_write: 'int BIO_write(uintptr_t bio, uintptr_t from, int length)',
  BIO_ctrl: 'long BIO_ctrl(uintptr_t bio, int command, long number, uintptr_t pointer)',
  BIO_ctrl_pending: 'size_t BIO_ctrl_pending(uintptr_t bio)',
  ERR_clear_error: 'void ERR_clear_error()',
  ERR_get_error: 'unsigned long ERR_get_error()',
  ERR_error_string_n: 'void ERR_error_string_n(unsigned long error, uintptr_t into, size_t length)',
  ERR_reason_error_string: 'const char *ERR_reason_error_string(unsigned long error)',
  PEM_read_bio_X509:
    'uintptr_t PEM_read_bio_X509(uintptr_t bio, uintptr_t to, uintptr_t callback, const char *word)',
  PEM_read_bio_PrivateKey:
    'uintptr_t PEM_read_bio_PrivateKey(uintptr_t bio, uintptr_t to, uintptr_t callback, const char *word)',
  OPENSSL_sk_num: 'int OPENSSL_sk_num(uintptr_t stack)',
  X509_free: 'void X509_free(uintptr_t certificate)',
  X509_check_private_key: 'int X509_check_private_key(uintptr_t certificate, uintptr_t key)',
  X509_STORE_add_cert: 'int X509_STORE_add_cert(uintptr_t store, uintptr_t certificate)',
  X509_verify_cert_error_string: 'const char *X509_verify_cert_error_string(long error)',
  PEM_write_bio_X509: 'int PEM_write_bio_X509(uintptr_t bio, uintptr_t certificate)',
  EVP_PKEY_free: 'void EVP_PKEY_free(uintptr_t key)',
  EVP_PKEY_set_type: 'int EVP_PKEY_set_type(uintptr_t key, int type)',
  EVP_CIPHER_fetch: 'uintptr_t EVP_CIPHER_fetch(uintptr_t library, const char *name, const char *properties)',
  EVP_EncryptInit_ex:
    'int EVP_EncryptInit_ex(uintptr_t ctx, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv)',
  EVP_DecryptInit_ex:
    'int EVP_DecryptInit_ex(uintptr_t ctx, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t iv)',
  EVP_MAC_CTX_set_params: 'int EVP_MAC_CTX_set_params(uintptr_t ctx, uintptr_t parameters)',
  SHA256: 'uintptr_t SHA256(uintptr_t from, size_t length, uintptr_t into)',
  RAND_bytes: 'int RAND_bytes(uintptr_t into, int length)',
} as const;

/** What only tells one library from another. */
export const VERSION = {
  OpenSSL_version: 'const char *OpenSSL_version(int what)',
  OpenSSL_version_num: 'unsigned long OpenSSL_version_num()',
} as const;

type Definitions = typeof SSL & typeof CRYPTO;

/** A function that returns a string returns null for a null pointer. */
type TextCall = (...args: number[]) => string | null;
/** A function that takes strings. */
type WordCall = (...args: (number | string)[]) => number;

type CallOf<Definition extends string> = Definition extends `const char *${string}`
  ? TextCall
  : Definition extends `${string}const char *${string}`
    ? WordCall
    : Call;

/** Each function under its C name. */
export type OpenSslCalls = { readonly [Name in keyof Definitions]: CallOf<Definitions[Name]> };
