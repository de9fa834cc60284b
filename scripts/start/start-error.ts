/** Why Waybill cannot start or go on, in one line that says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}
