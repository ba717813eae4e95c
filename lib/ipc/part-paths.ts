/** Every path that a part answers to other parts, apart from those of the custodian's protocol (lib/escrow/protocol). */
export const PART_PATHS = { health: "/healthz", alarms: "/alarms" } as const;
export const SIGNER_PATHS = { checkpoint: "/checkpoint", signed: "/signed" } as const;
export const WITNESS_PATHS = { addCheckpoint: "/add-checkpoint" } as const;
