import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AuditLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["audit"]}>{children}</Words>;
}
