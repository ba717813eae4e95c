import type { AuditContext } from "@/lib/context/context";
import type { DbContext } from "@/lib/db/transaction";
import type { EscrowClient } from "@/lib/escrow/protocol/port";

/** What announcing a grant or its end to the custodian takes: for a person's act, and for the portal's later retry. */
export type CustodyContext = DbContext & AuditContext & { readonly escrow: EscrowClient };
