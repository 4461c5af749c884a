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
        Writing(folder, written::add).play()
        assertEquals(Files.readAllLines(story.resolve("steps.txt")), written)
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
                files.asSequence().filter { "$it".endsWith(".class") && "${it.getName(classes.nameCount)}" in PROGRAMS }.toList()
            }
        assertTrue(programs.size > PROGRAMS.size)
        for (program in programs) {
            // The names in a class file are text.
            val text = Files.readAllBytes(program).toString(Charsets.ISO_8859_1)
            for (hidden in HIDDEN) assertTrue(hidden !in text, "$program has $hidden")
        }
    }

    private companion object {
        val PROGRAMS = setOf("scenario", "speed")

        /** The generated types, the generated functions, what is internal in a class. */
        val HIDDEN = listOf("privity/Ffi", "privity/Uniffi", "privity/PrivityKt", "\$privity")
    }
}
