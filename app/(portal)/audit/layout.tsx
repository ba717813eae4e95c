import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AuditLayout({ children }: { children: ReactNode }) {
  return (
    <Words namespaces={["audit.actors.find", "audit.check", "audit.exports.background", "audit.filter"]}>
      {children}
    </Words>
  );
}
