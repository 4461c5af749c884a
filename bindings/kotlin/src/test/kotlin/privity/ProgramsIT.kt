package privity

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import scenario.Reading
import scenario.Writing
import java.nio.file.Files
import java.nio.file.Path
import kotlin.streams.asSequence

/** The programs that the other languages have too. */
class ProgramsIT {
    private val story = Path.of(System.getProperty("repository"), "bindings", "scenario")

    @Test
    fun `the story is told as in all languages`(@TempDir folder: Path) {
        val written = mutableListOf<String>()
        // In the place of stock age, which `bindings/scenario/compare` has.
        val stock = Party.generate()
        Files.writeString(folder.resolve("stock-recipient.txt"), stock.classicRecipient)
        Writing(folder, written::add).play()
        assertEquals(Files.readAllLines(story.resolve("steps.txt")), written)
        val classic = stock.ageOpen(Files.readAllBytes(folder.resolve("classic.age")))
        assertTrue("Dear Sirs,\n" in classic.toString(Charsets.ISO_8859_1))
        repeat(2) {
            val read = mutableListOf<String>()
            Reading(folder, read::add).play()
            assertEquals(Files.readAllLines(story.resolve("read.txt")), read)
        }
    }

    /** A test may call what is internal; these programs stand for a user's. */
    @Test
    fun `the programs call nothing that is hidden`() {
        val classes = Path.of(Writing::class.java.protectionDomain.codeSource.location.toURI())
        val programs =
            Files.walk(classes).use { files ->
                files.asSequence().filter { "$it".endsWith(".class") && isProgram(classes.relativize(it)) }.toList()
            }
        assertTrue(programs.size > PROGRAMS.size)
        for (program in programs) {
            // The names in a class file are text.
            val text = Files.readAllBytes(program).toString(Charsets.ISO_8859_1)
            for (hidden in HIDDEN) assertTrue(hidden !in text, "$program has $hidden")
        }
    }

    private fun isProgram(file: Path) = "${file.getName(0)}" in PROGRAMS || "$file".startsWith("Quickstart")

    /** As somebody runs it who copied it: in a folder of its own, a process of its own. */
    @Test
    fun `the quick start of the page runs`(@TempDir folder: Path) {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val classpath = System.getProperty("surefire.real.class.path") ?: System.getProperty("java.class.path")
        val command = ProcessBuilder(java, "-cp", classpath, "QuickstartKt").redirectErrorStream(true)
        val process = command.directory(folder.toFile()).start()
        val said = process.inputStream.readAllBytes().decodeToString()
        assertEquals(0, process.waitFor(), said)
        assertEquals(listOf("Dear Sirs,", "the firm's records are valid, unanchored"), said.trim().lines())
    }

    private companion object {
        val PROGRAMS = setOf("scenario", "speed")

        /** The generated types, the generated functions, what is internal in a class. */
        val HIDDEN = listOf("privity/Ffi", "privity/Uniffi", "privity/PrivityKt", "\$privity")
    }
}
