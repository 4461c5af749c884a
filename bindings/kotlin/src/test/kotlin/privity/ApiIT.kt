package privity

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** Lists what the jar offers, for `bindings/api/check`. */
class ApiIT {
    @Test
    fun `nothing of the generated code is offered`() {
        val jar = File(Vault::class.java.protectionDomain.codeSource.location.toURI())
        val listing = StringBuilder().also { AbiTools.getInstance().printJvmDump(it, listOf(jar), AbiFilters.EMPTY) }
        assertTrue("class privity/Vault " in listing)
        assertFalse("Ffi" in listing || "Uniffi" in listing || "RustBuffer" in listing)
        File(System.getProperty("api.listing")).writeText(listing.toString())
    }
}
