/** An htpasswd file: anna's password is `secret`, and Zoë's `sécret`. */
export const USERS = `anna:$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.
Zoë:$apr1$zoezoezo$gPwwnSWSHLL7BQBUvU/JP1
`;

/** The field of a request with a name and a password: `anna:secret`. */
export function basic(credentials: string): string {
  return `Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
}
