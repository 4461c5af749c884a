// age by the npm package age-encryption, asked by lines of JSON: see tests/foreign_age.rs. The first
// argument is the folder that holds node_modules.

import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { webcrypto } from "node:crypto"

globalThis.crypto ??= webcrypto // Node 18

const folder = resolve(process.argv[2], "node_modules/age-encryption")
const about = JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8"))
const age = await import(pathToFileURL(resolve(folder, about.exports)))

async function answer(ask) {
    switch (ask.op) {
        case "about":
            return { about: `age-encryption ${about.version}` }
        case "generate": {
            const identity = await (ask.hybrid ? age.generateHybridIdentity() : age.generateIdentity())
            return { identity, recipient: await age.identityToRecipient(identity) }
        }
        case "recipient":
            return { recipient: await age.identityToRecipient(ask.identity) }
        case "encrypt": {
            const e = new age.Encrypter()
            e.setScryptWorkFactor(10)
            if (ask.password) e.setPassphrase(ask.password)
            for (const one of ask.recipients ?? []) e.addRecipient(one)
            let file = await e.encrypt(Buffer.from(ask.data, "hex"))
            if (ask.armored) file = Buffer.from(age.armor.encode(file))
            return { file: Buffer.from(file).toString("hex") }
        }
        case "decrypt": {
            const d = new age.Decrypter()
            if (ask.password) d.addPassphrase(ask.password)
            else d.addIdentity(ask.identity)
            let file = new Uint8Array(Buffer.from(ask.file, "hex"))
            if (ask.armored) file = age.armor.decode(Buffer.from(file).toString("latin1"))
            return { data: Buffer.from(await d.decrypt(file)).toString("hex") }
        }
    }
    throw new TypeError("unknown op")
}

for await (const line of createInterface({ input: process.stdin })) {
    const ask = JSON.parse(line)
    let reply
    try {
        reply = await answer(ask)
    } catch (error) {
        // Whatever it says of a file is a refusal; anything else must be right the first time.
        if (ask.op !== "decrypt") throw error
        reply = { refused: String(error) }
    }
    console.log(JSON.stringify(reply))
}
