/**
 * The HTTP Method Registry of IANA (RFC 9110 section 16.1), without `*`, which it reserves, and PRI, the preface of HTTP/2.
 * Only a script can know any other method. Without one it gets 501, and a registered method gets 405.
 */
export const REGISTERED_METHODS: ReadonlySet<string> = new Set(
  (
    'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR ' +
    'MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT REBIND REPORT SEARCH TRACE ' +
    'UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
  ).split(' '),
);
