import type { AuditContext } from "@/lib/context/context";
import type { DbContext } from "@/lib/db/transaction";
import type { EscrowClient } from "@/lib/escrow/protocol/port";

/**
 * What it takes to announce a grant or its end to the custodian, for a person's act and for the portal's later retry.
 */
export type CustodyContext = DbContext & AuditContext & { readonly escrow: EscrowClient };
