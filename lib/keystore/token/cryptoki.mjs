// One logged-in session with a token: exactly the operations that the token process needs. One call at a time.
import { Arena, flag, number } from "./arena.mjs";
import { HANDLE_BYTES, Module, slotOf } from "./module.mjs";
import {
  CKA,
  CKD_NULL,
  CKF_RW_SERIAL,
  CKK_GENERIC_SECRET,
  CKM_EC_EDWARDS_KEY_PAIR_GEN,
  CKM_EC_MONTGOMERY_KEY_PAIR_GEN,
  CKM_ECDH1_DERIVE,
  CKO_PRIVATE_KEY,
  CKO_SECRET_KEY,
  CKR_OK,
  CKU_USER,
  isGone,
  KeyFault,
  pointOf,
  requireLoggedIn,
} from "./pkcs11-numbers.mjs";

/** OID 1.3.101.110, X25519 (RFC 8410), in DER. */
const X25519_OID = Buffer.from("06032b656e", "hex");
const KEY_BYTES = 32;
const MAX_FOUND = 64;

export class Token {
  #module;
  #arena = new Arena(65_536);
  #slot = 0;
  #session = 0;
  #generate = CKM_EC_EDWARDS_KEY_PAIR_GEN;

  /** Throws if the module is missing or invalid. */
  constructor(module) {
    this.#module = new Module(module);
  }

  #must(name, ...values) {
    return this.#module.must(name, ...values);
  }

  /** Finds the token by its label, opens the session and logs in, with exactly one attempt for this PIN. */
  async open(label, pin) {
    const arena = this.#arena;
    try {
      await this.#must("C_Initialize", 0n);
      this.#slot = await slotOf(this.#module, arena, label);
      const session = arena.put(HANDLE_BYTES);
      await this.#must("C_OpenSession", this.#slot, CKF_RW_SERIAL, 0n, 0n, session.address);
      this.#session = session.ulong();
      const secret = arena.put(pin);
      await this.#must("C_Login", this.#session, CKU_USER, secret.address, secret.length);
      // If a module has the mechanism that PKCS#11 3.0 names for X25519, it is used. SoftHSM 2.6 has only the other one.
      const info = arena.put(64);
      const rv = await this.#module.call(
        "C_GetMechanismInfo",
        this.#slot,
        CKM_EC_MONTGOMERY_KEY_PAIR_GEN,
        info.address,
      );
      if (rv === CKR_OK) this.#generate = CKM_EC_MONTGOMERY_KEY_PAIR_GEN;
    } finally {
      arena.clear();
    }
  }

  /** Throws if the session is no longer usable or was logged out, because then it sees no private key. */
  async look() {
    const info = this.#arena.put(64);
    const asked = this.#must("C_GetSessionInfo", this.#session, info.address);
    await asked.then(() => requireLoggedIn(info.view)).finally(() => this.#arena.clear());
  }

  /**
   * Makes an X25519 key pair with this id and label. The private key is in the token, sensitive and never extractable.
   * The public key exists for the session only. Returns the public key after the private one has derived it.
   */
  async make(id, label) {
    const arena = this.#arena;
    let handle;
    let point;
    try {
      const open = arena.attributes([
        [CKA.TOKEN, flag(false)],
        [CKA.EC_PARAMS, X25519_OID],
      ]);
      const secret = arena.attributes([
        [CKA.TOKEN, flag(true)],
        [CKA.PRIVATE, flag(true)],
        [CKA.SENSITIVE, flag(true)],
        [CKA.EXTRACTABLE, flag(false)],
        [CKA.DERIVE, flag(true)],
        [CKA.SIGN, flag(false)],
        [CKA.ID, id],
        [CKA.LABEL, label],
      ]);
      const [publicHandle, privateHandle] = [arena.put(HANDLE_BYTES), arena.put(HANDLE_BYTES)];
      const places = [publicHandle.address, privateHandle.address];
      const how = arena.mechanism(this.#generate);
      const templates = [open.address, open.count, secret.address, secret.count];
      await this.#must("C_GenerateKeyPair", this.#session, how, ...templates, ...places);
      handle = privateHandle.ulong();
      point = Buffer.from(pointOf(await this.#read(publicHandle.ulong(), CKA.EC_POINT, 128)));
      await this.#must("C_DestroyObject", this.#session, publicHandle.ulong());
    } finally {
      arena.clear();
    }
    await this.#requireKept(handle);
    if (!point.equals(await this.publicKey(handle)))
      throw new KeyFault("refused", "its public key is another's");
    return { handle, publicKey: point };
  }

  /** Returns the one private key with this id and label. It must never have been able to leave the token. */
  async find(id, label) {
    const handles = await this.#search([
      [CKA.CLASS, number(CKO_PRIVATE_KEY)],
      [CKA.ID, id],
      [CKA.LABEL, label],
    ]);
    if (handles.length === 0) throw new KeyFault("absent", "it is not in the token");
    if (handles.length > 1) throw new KeyFault("refused", "it is not the only one of its id");
    await this.#requireKept(handles[0]);
    return handles[0];
  }

  /** Returns what this private key derives with the base point (RFC 7748 section 6.1): its own public key. */
  publicKey(handle) {
    const base = Buffer.alloc(KEY_BYTES);
    base[0] = 9;
    return this.derive(handle, base);
  }

  /** X25519 of a private key of the token and a public key, 32 bytes. */
  async derive(handle, peer) {
    const arena = this.#arena;
    let made;
    try {
      const point = arena.put(Buffer.concat([Buffer.from([0x04, KEY_BYTES]), peer]));
      // CK_ECDH1_DERIVE_PARAMS: kdf, shared data (length, pointer), public data (length, pointer).
      const parameter = arena.put(40);
      parameter.view.writeBigUInt64LE(BigInt(CKD_NULL), 0);
      parameter.view.writeBigUInt64LE(BigInt(point.length), 24);
      parameter.view.writeBigUInt64LE(point.address, 32);
      const template = arena.attributes([
        [CKA.CLASS, number(CKO_SECRET_KEY)],
        [CKA.KEY_TYPE, number(CKK_GENERIC_SECRET)],
        [CKA.TOKEN, flag(false)],
        [CKA.SENSITIVE, flag(false)],
        [CKA.EXTRACTABLE, flag(true)],
        [CKA.VALUE_LEN, number(KEY_BYTES)],
      ]);
      const place = arena.put(HANDLE_BYTES);
      const how = arena.mechanism(CKM_ECDH1_DERIVE, parameter);
      const wanted = [template.address, template.count, place.address];
      await this.#must("C_DeriveKey", this.#session, how, handle, ...wanted);
      made = place.ulong();
      const value = Buffer.from(await this.#read(made, CKA.VALUE, 64));
      if (value.length !== KEY_BYTES) throw new KeyFault("refused", "it derives no X25519 secret");
      return value;
    } finally {
      arena.clear();
      if (made !== undefined) await this.#must("C_DestroyObject", this.#session, made);
    }
  }

  /** Destroys the private keys with this id and label. Returns how many there were. */
  async destroy(id, label) {
    const handles = await this.#search([
      [CKA.CLASS, number(CKO_PRIVATE_KEY)],
      [CKA.ID, id],
      [CKA.LABEL, label],
    ]);
    for (const handle of handles) await this.#must("C_DestroyObject", this.#session, handle);
    return handles.length;
  }

  /** Returns the ids of all private keys with this label. */
  async list(label, most) {
    const handles = await this.#search(
      [
        [CKA.CLASS, number(CKO_PRIVATE_KEY)],
        [CKA.LABEL, label],
      ],
      most,
    );
    const ids = [];
    for (const handle of handles) {
      try {
        ids.push(Buffer.from(await this.#read(handle, CKA.ID, 256)));
      } catch (error) {
        // Another process destroyed it after the search.
        if (!isGone(error)) throw error;
      } finally {
        this.#arena.clear();
      }
    }
    return ids;
  }

  async #search(pairs, most = MAX_FOUND) {
    const arena = this.#arena;
    const handles = [];
    try {
      const template = arena.attributes(pairs);
      await this.#must("C_FindObjectsInit", this.#session, template.address, template.count);
      const [place, count] = [arena.put(MAX_FOUND * HANDLE_BYTES), arena.put(HANDLE_BYTES)];
      do {
        await this.#must("C_FindObjects", this.#session, place.address, MAX_FOUND, count.address);
        for (let at = 0; at < count.ulong(); at += 1)
          handles.push(Number(place.view.readBigUInt64LE(at * HANDLE_BYTES)));
        if (handles.length > most) throw new RangeError("too many keys of one label");
      } while (count.ulong() > 0);
      await this.#must("C_FindObjectsFinal", this.#session);
    } finally {
      arena.clear();
    }
    if (handles.length === 0) await this.look();
    return handles;
  }

  /** Reads one attribute. The caller clears the arena. */
  async #read(handle, type, room) {
    const template = this.#arena.attributes([[type, room]]);
    await this.#must("C_GetAttributeValue", this.#session, handle, template.address, 1);
    return template.values[0].view.subarray(0, template.lengthOf(0));
  }

  /** Refuses a key that can or ever could leave its token. */
  async #requireKept(handle) {
    const wanted = [
      [CKA.SENSITIVE, 1],
      [CKA.ALWAYS_SENSITIVE, 1],
      [CKA.EXTRACTABLE, 0],
      [CKA.NEVER_EXTRACTABLE, 1],
      [CKA.LOCAL, 1],
      [CKA.DERIVE, 1],
    ];
    try {
      const template = this.#arena.attributes(wanted.map(([type]) => [type, 1]));
      await this.#must("C_GetAttributeValue", this.#session, handle, template.address, template.count);
      const isKept = wanted.every(([, value], at) => template.values[at].view[0] === value);
      if (!isKept)
        throw new KeyFault("refused", "it can leave its token, was not made in it, or may not derive");
    } finally {
      this.#arena.clear();
    }
  }
}
