import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function TransactionsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["transactions", "opening"]}>{children}</Words>;
}
