package privity

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.nio.ByteBuffer

class CrossingTest {
    private val bytes = ByteArray(64) { it.toByte() }

    @Test
    fun `what is between position and limit crosses, of any kind of buffer`() {
        val direct = ByteBuffer.allocateDirect(64).put(bytes)
        for (buffer in listOf(direct, ByteBuffer.wrap(bytes), ByteBuffer.wrap(bytes).asReadOnlyBuffer())) {
            buffer.position(10).limit(30)
            val crossing = buffer.crossing()
            assertEquals(0, crossing.position())
            assertEquals(20, crossing.capacity())
            assertArrayEquals(bytes.copyOfRange(10, 30), ByteArray(20).also { crossing.get(it) })
            assertEquals(10, buffer.position())
            assertEquals(30, buffer.limit())
        }
    }
}
