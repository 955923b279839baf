// What a promise gives, or a failure when it takes too long.
export function within(promise, milliseconds) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), milliseconds))]);
}
