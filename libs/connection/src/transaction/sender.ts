/** The responder, as a transmission calls it back. */
export interface Sender {
  /**
   * @param result 0 where everything left, otherwise -errno; a body that came out short is -EIO
   * @param place the call that failed, or what a source said of it; '' where everything left
   */
  transmitted(result: number, place: string): void;
}
