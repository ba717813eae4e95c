// Preloaded into every process that the supervisor starts: whatever the program does or forgets, it ends
// when the supervisor's pipe closes. Programs that drain do so within the grace given here.
const GRACE_MS = 4_000;

if (process.send !== undefined) {
  process.on("disconnect", () => {
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  });
  // The pipe alone must not keep a finished program alive.
  process.channel?.unref();
}
