import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function VerifyLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["audit.verify"]}>{children}</Words>;
}
